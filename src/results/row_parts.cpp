#include "results/row_parts.hpp"

#include <charconv>
#include <cmath>

namespace pmembench {
namespace {

nlohmann::json parse_object(const std::string& text) {
  nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : nlohmann::json::object();
}

std::optional<int> node_number(const nlohmann::json& value) {
  if (value.is_number_integer()) return value.get<int>();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  int node = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), node);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return node;
}

}  // namespace

ParsedReplicates parse_replicates(const std::vector<Replicate>& replicates) {
  ParsedReplicates parsed{replicates, {}, {}};
  for (const Replicate& replicate : replicates) {
    parsed.media.push_back(parse_object(replicate.medium_json));
    parsed.details.push_back(parse_object(replicate.details_json));
  }
  return parsed;
}

std::optional<double> number_at(const nlohmann::json& object, std::string_view key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::vector<std::pair<int, double>> node_shares(const nlohmann::json& medium) {
  std::vector<std::pair<int, double>> shares;
  const auto add = [&](const nlohmann::json& node, const nlohmann::json& share) {
    const std::optional<int> number = node_number(node);
    if (number && share.is_number()) shares.emplace_back(*number, share.get<double>());
  };
  const auto found = medium.find("node_share");
  if (found == medium.end()) return shares;
  if (found->is_object()) {
    for (const auto& [node, share] : found->items()) add(node, share);
  } else if (found->is_array()) {
    for (const nlohmann::json& pair : *found) {
      if (pair.is_array() && pair.size() == 2) add(pair[0], pair[1]);
    }
  }
  return shares;
}

}  // namespace pmembench
