#include "run/layers_board.hpp"

#include <nlohmann/json.hpp>

#include "platform/process_files.hpp"
#include "record/codec.hpp"
#include "run/layers.hpp"

namespace pmembench {

struct LayersBoard::Documents {
  std::vector<nlohmann::json> devices;
};

LayersBoard::LayersBoard()
    : documents_(std::make_unique<Documents>()), file_(make_memory_file(kLayersBoard)) {}

LayersBoard::~LayersBoard() = default;

Status LayersBoard::add(const OpenedDevice& opened, const MediaSpec& spec) {
  const auto id = table_.add(spec, *opened.device);
  if (!id) return id.error();
  documents_->devices.push_back(layers_of(opened, spec, *id, false));
  write();
  return {};
}

void LayersBoard::in_use(const Cell& cell) {
  for (nlohmann::json& device : documents_->devices) {
    device["in_use"] = fmt::format("workload {} by path {}, {} {}", cell.workload, cell.path,
                                   cell.threads, cell.threads == 1 ? "thread" : "threads");
  }
  write();
}

void LayersBoard::write() { rewrite_file(file_, json_text(layers_document(documents_->devices))); }

}  // namespace pmembench
