#include "cli/recorded_audits.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "backends/builtin_audits.h"
#include "cli/host.hpp"
#include "cli/text_table.hpp"

namespace pmembench {

using nlohmann::json;

json recorded_audits() {
  json foreign = json::object();
  for (const dax_operations* table : builtin_operations()) {
    const std::string code = foreign_code(*table);
    if (!code.empty()) foreign[table->name] = code;
  }
  json audits = json::array();
  std::size_t count = 0;
  const BuiltinAudit* const first = recorded_builtin_audits(&count);
  for (const BuiltinAudit& audit : std::span(first, count)) {
    audits.push_back({{"backend", audit.backend},
                      {"cpu", audit.cpu},
                      {"domain", audit.domain},
                      {"foreign", audit.foreign}});
  }
  return {{"this_build", this_build()},
          {"audited_build", audited_build()},
          {"holds", std::string_view(this_build()) == audited_build()},
          {"foreign", foreign},
          {"audits", audits}};
}

std::string recorded_audits_text(const json& recorded) {
  TextTable table({{"backend"}, {"CPU mask"}, {"persistence domain"}});
  for (const json& audit : recorded.at("audits")) {
    table.add({audit.at("backend"), audit.at("cpu"), audit.at("domain")});
  }
  const char* const verdict =
      recorded.at("holds").get<bool>()
          ? "The test suite audited this build:\n"
          : "The test suite audited another build (other sources of backends, another compiler or "
            "other flags), so this says nothing of this program:\n";
  return verdict + table.text();
}

}  // namespace pmembench
