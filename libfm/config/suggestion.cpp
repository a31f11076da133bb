#include "libfm/config/suggestion.hpp"

#include "libfm/config/bases.hpp"

#include <algorithm>
#include <limits>

namespace fm {
namespace {

constexpr std::size_t shown_names = 3;
constexpr std::size_t longest_word = 64;
constexpr int far = std::numeric_limits<int>::max();

/// The edit distance if `word` may be a misspelling or abbreviation of `name`, else `far`.
int nearness(std::string_view word, std::string_view name) {
  if (word.size() > longest_word) return far;
  const bool is_prefix = word.size() >= 3 && name.size() >= 3 && (name.starts_with(word) || word.starts_with(name));
  const int distance = edit_distance(word, name);
  return is_prefix || distance <= std::max(1, static_cast<int>(name.size()) / 3) ? distance : far;
}

std::string question(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) text += (i + 1 == names.size() ? " or " : ", ") + names[i];
  return " (did you mean " + text + "?)";
}

struct Candidate {
  int distance;
  std::string name;
};

/// The candidates at the smallest distance, in their original order, at most `shown_names`.
std::vector<std::string> nearest(std::vector<Candidate> candidates) {
  std::ranges::stable_sort(candidates, {}, &Candidate::distance);
  std::vector<std::string> names;
  for (const Candidate& candidate : candidates) {
    if (candidate.distance == far || candidate.distance > candidates.front().distance) break;
    if (names.size() < shown_names) names.push_back(candidate.name);
  }
  return names;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::string suggest_name(std::string_view word, const std::vector<std::string>& names) {
  std::vector<Candidate> candidates;
  for (const std::string& name : names) candidates.push_back({nearness(word, name), name});
  return question(nearest(std::move(candidates)));
}

std::string suggest_key(const ConfigField& root, const std::string& section, const std::string& name) {
  const bool is_path = name.find('.') != name.npos;
  std::vector<Candidate> siblings, elsewhere;
  const ConfigField* here = section.empty() ? &root : find_field(root, section);
  for (const ConfigField& field : here->fields) {
    if (!is_path) siblings.push_back({nearness(name, field.name), field.name});
  }
  if (section.empty() && !is_path) siblings.push_back({nearness(name, base_key), std::string(base_key)});
  for (const auto& [key, field] : all_fields(root)) {
    const bool is_exact = key == name || key.ends_with("." + name);
    const int distance = is_path ? nearness(join_key(section, name), key) : nearness(name, field->name);
    elsewhere.push_back({is_exact ? 0 : distance, key});
  }
  const auto near = nearest(std::move(siblings));
  return question(near.empty() ? nearest(std::move(elsewhere)) : near);
}

}  // namespace fm
