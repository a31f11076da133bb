#include "libfm/config/problems.hpp"

#include "libfm/config/config_field.hpp"
#include "libfm/core/error.hpp"

#include <algorithm>
#include <tuple>

namespace fm {

namespace {

constexpr std::size_t max_problems = 50;

}  // namespace

void Problems::add(const Origin& origin, const std::string& key, const std::string& problem) {
  failed_.push_back(key.substr(0, key.find('[')));
  if (full()) {
    ++left_out_;
    return;
  }
  std::string text = origin.source ? origin_words(origin) + ": " : "";
  if (!key.empty()) text += key + ": ";
  lines_.push_back({origin, text + problem});
}

bool Problems::concern(const std::string& key) const {
  return std::ranges::any_of(failed_, [&](const std::string& failed) {
    return failed.empty() || is_within(key, failed) || is_within(failed, key);
  });
}

bool Problems::full() const { return lines_.size() >= max_problems; }

void Problems::throw_if_any() const {
  if (lines_.empty()) return;
  auto lines = lines_;
  std::ranges::stable_sort(lines, {}, [](const Line& line) {
    const auto& [source, place] = line.origin;
    return std::tuple(source ? source->order : 0, place.line, place.column);
  });
  std::string text;
  for (const Line& line : lines) text += (text.empty() ? "" : "\n") + line.text;
  if (left_out_ > 0) text += fmt::format("\nand {} more", left_out_);
  throw InputError(text);
}

}  // namespace fm
