// Line charts that zoom, drawn by uPlot in place of the static figure when asked for.
"use strict";
(() => {
  const holder = document.getElementById("zoom");
  if (!holder) return;
  const charts = JSON.parse(holder.textContent);
  const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const size = (value) => {
    const names = ["B", "KiB", "MiB", "GiB", "TiB"];
    let place = 0;
    while (value >= 1024 && place + 1 < names.length) { value /= 1024; place += 1; }
    return `${Number(value.toPrecision(4))} ${names[place]}`;
  };
  const short = (value) => {
    if (value === null || value === undefined) return "–";
    const names = ["", "k", "M", "G", "T"];
    let place = 0;
    while (Math.abs(value) >= 1000 && place + 1 < names.length) { value /= 1000; place += 1; }
    return `${Number(value.toPrecision(4))}${names[place]}`;
  };

  const draw = (target, chart) => {
    const dashes = [[], [5, 3], [2, 2], [7, 3, 2, 3]];
    const words = chart.xKind === "size" ? size : short;
    const axis = { stroke: variable("--ink"), grid: { stroke: variable("--grid"), width: 1 } };
    const width = target.clientWidth;
    return new uPlot({
      width, height: Math.round(width * 0.6),
      scales: {
        x: { time: false, distr: chart.xKind === "size" || chart.xKind === "log" ? 3 : 1,
             log: chart.xKind === "size" ? 2 : 10 },
        y: { distr: chart.yLog ? 3 : 1 },
      },
      axes: [
        { ...axis, label: chart.xLabel, values: (_, ticks) => ticks.map((tick) => tick === null ? "" : words(tick)) },
        { ...axis, label: chart.yLabel, size: 62, values: (_, ticks) => ticks.map((tick) => tick === null ? "" : short(tick)) },
      ],
      series: [
        { label: chart.xLabel, value: (_, value) => value === null ? "–" : words(value) },
        ...chart.series.map((one, place) => ({
          label: one.label, stroke: variable(`--s${place % 8}`), width: 2, spanGaps: true,
          dash: dashes[place % dashes.length], value: (_, value) => short(value),
        })),
      ],
    }, [chart.x, ...chart.series.map((one) => one.values)], target);
  };

  for (const [name, chart] of Object.entries(charts)) {
    const figure = document.getElementById(name);
    const picture = figure?.querySelector("svg");
    if (!picture || chart.x.length < 2) continue;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "Zoom", title: "Drag to zoom, double-click to reset" });
    let plot = null;
    let box = null;
    const close = () => {
      plot.destroy();
      box.remove();
      plot = null;
      picture.style.display = "";
      button.textContent = "Zoom";
    };
    const open = () => {
      picture.style.display = "none";
      box = document.createElement("div");
      figure.prepend(box);
      plot = draw(box, chart);
      button.textContent = "Back";
    };
    button.addEventListener("click", () => (plot ? close() : open()));
    document.addEventListener("themechange", () => {
      if (plot) { close(); open(); }
    });
    figure.append(button);
  }
})();
