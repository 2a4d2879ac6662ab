// What the results file holds: histograms, the file as a whole, its history.
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "results/export.hpp"
#include "results/history.hpp"
#include "results/store.hpp"
#include "results/store_impl.hpp"
#include "results/stored_derived.hpp"
#include "target.hpp"

namespace pmembench::fuzz {
namespace {

// Read as every command reads it.
void read_store(const Store& store) {
  const auto runs = store.runs();
  if (!runs) return;
  for (const RunRecord& listed : *runs) {
    const auto run = store.run(listed.id);
    if (!run) continue;
    const auto rows = store.rows(listed.id);
    if (!rows) continue;
    const ExportSource source{[&](const Row& row) { return store.replicates(listed.id, row.cell); },
                              [&] { return store.figures(listed.id); }};
    for (const char* format : {"csv", "jsonl", "gbench"}) {
      static_cast<void>(
          export_run(*run, *rows, source, format, [](const std::string&) { return Status{}; }));
    }
    static_cast<void>(derived_of(store, *run));
    static_cast<void>(store.figures(listed.id));
    static_cast<void>(store.sibling_estimates(listed.id, {}));
    static_cast<void>(store.check_content(listed.id));
  }
  static_cast<void>(store.documents());
  if (const auto points = store.history()) static_cast<void>(judge_history(*points));
}

}  // namespace

void fuzz_histogram(Bytes input) {
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  const auto histogram = decode_histogram(bytes);
  if (!histogram) return;
  const auto again = decode_histogram(encode_histogram(*histogram));
  require(again && again->sparse() == histogram->sparse(), "a histogram is read back");
}

void fuzz_store(Bytes input) {
  static const std::string path = "/dev/shm/pmembench-fuzz-" + std::to_string(getpid()) + ".db";
  {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(input.data()),
               static_cast<std::streamsize>(input.size()));
  }
  for (const Store::Mode mode : {Store::Mode::read, Store::Mode::write}) {
    const auto store = Store::open(path, mode, 0);
    if (store) read_store(*store);
  }
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((path + suffix).c_str());
}

void fuzz_history(Bytes input) {
  Reader reader(input);
  std::vector<HistoryPoint> points;
  while (!reader.empty() && points.size() < 200) {
    HistoryPoint point;
    point.cell = std::string(1, static_cast<char>('a' + reader.take<std::uint8_t>() % 3));
    point.ratio = reader.take<double>();
    point.low = reader.take<float>();
    point.high = reader.take<float>();
    point.accepted = reader.take<std::uint8_t>() % 16 == 0;
    if (std::isfinite(point.ratio) && point.ratio > 0) points.push_back(point);
  }
  static_cast<void>(to_json(judge_history(points)));
}

}  // namespace pmembench::fuzz
