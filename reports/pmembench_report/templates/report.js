// What the page gains with JavaScript: a theme switch, tables that sort and filter, values at the
// pointer, downloads. Without it everything is there to be read.
"use strict";
(() => {
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const save = (name, type, content) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  const theme = () => {
    const root = document.documentElement;
    const dark = () => root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    const button = make("button", { type: "button", id: "theme" });
    const label = () => {
      button.textContent = dark() ? "Light mode" : "Dark mode";
      button.setAttribute("aria-pressed", String(dark()));
    };
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      label();
      document.dispatchEvent(new Event("themechange"));
    });
    label();
    document.getElementById("tools").append(button);
  };

  const sortable = (table) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, place) => {
      const field = row.cells[place];
      return field.dataset.v === undefined ? field.textContent : Number(field.dataset.v);
    };
    const compare = (a, b) => {
      // Fields that are empty come last in either direction.
      if (a === "" || b === "") return null;
      return typeof a === "number" && typeof b === "number"
        ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
    };
    heads.forEach((head, place) => {
      const button = make("button", { type: "button", textContent: head.textContent });
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = [...body.rows].map((row, index) => ({ row, index, key: key(row, place) }));
        keyed.sort((a, b) => {
          const order = compare(a.key, b.key);
          if (order === null) return (a.key === "") - (b.key === "") || a.index - b.index;
          return (down ? -order : order) || a.index - b.index;
        });
        body.append(...keyed.map((each) => each.row));
      });
      head.replaceChildren(button);
    });
  };

  const fields = (table) => {
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    return [[...table.tHead.rows[0].cells], ...rows.map((row) => [...row.cells])]
      .map((row) => row.map((field) => field.textContent));
  };
  const csv = (table) => fields(table)
    .map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(",")).join("\r\n") + "\r\n";
  const markdown = (table) => {
    const rows = fields(table).map((row) => `| ${row.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`);
    rows.splice(1, 0, `|${" --- |".repeat(table.tHead.rows[0].cells.length)}`);
    return rows.join("\n") + "\n";
  };

  const filterable = (table) => {
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const shown = make("output", { textContent: `${rows.length} rows` });
    const input = make("input", { type: "search", placeholder: "filter, e.g. clwb 4K",
      ariaLabel: "Filter the rows of this table" });
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => texts[index].includes(word));
        count += row.hidden ? 0 : 1;
      });
      shown.textContent = count === rows.length ? `${count} rows` : `${count} of ${rows.length} rows`;
    });
    const asCsv = make("button", { type: "button", textContent: "CSV" });
    asCsv.addEventListener("click", () => save(`${table.id}.csv`, "text/csv", csv(table)));
    const asMarkdown = make("button", { type: "button", textContent: "Markdown" });
    asMarkdown.addEventListener("click", () => save(`${table.id}.md`, "text/markdown", markdown(table)));
    table.before(make("div", { className: "toolbar" }, input, shown, asCsv, asMarkdown));
  };

  const tips = () => {
    const box = make("div", { id: "tip", hidden: true });
    document.body.append(box);
    // Taken out, so that the browser's own slower box does not show up next to ours.
    document.querySelectorAll("figure .tip title").forEach((title) => {
      title.parentNode.dataset.tip = title.textContent;
      title.remove();
    });
    document.addEventListener("pointermove", (event) => {
      const mark = event.target.closest?.("[data-tip]");
      box.hidden = !mark;
      if (!mark) return;
      box.textContent = mark.dataset.tip;
      const left = Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8);
      box.style.left = `${Math.max(left, 8)}px`;
      box.style.top = `${Math.max(event.clientY - box.offsetHeight - 10, 8)}px`;
    });
  };

  const rawData = () => {
    const holder = document.getElementById("raw");
    const button = make("button", { type: "button", textContent: "Download the raw data" });
    button.addEventListener("click", async () => {
      let content = holder.textContent;
      if (holder.type === "application/gzip") {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
        content = await new Response(stream).text();
      }
      save(holder.dataset.name, "application/json", content);
    });
    document.getElementById("download").append(button);
  };

  theme();
  document.querySelectorAll(".table table").forEach((table) => {
    sortable(table);
    filterable(table);
  });
  tips();
  rawData();
})();
