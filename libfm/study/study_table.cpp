#include "libfm/study/study_table.hpp"

#include "libfm/core/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fm {
namespace {

constexpr std::size_t most_key_columns = 4;
constexpr const char* intervals =
    "95 % bootstrap intervals: over the runs of a group (too narrow for fewer than ten), or over the episodes of a "
    "single "
    "run; \"minus first\": minus the first group with a result, over runs and starts, which are the same for all\n";

/// Where a group's settings have no column each: A, B ... Z, then G27 ...
std::string letter(std::size_t group) {
  return group < 26 ? std::string(1, static_cast<char>('A' + group)) : fmt::format("G{}", group + 1);
}

bool has_key_columns(const Study& study, TableFormat format) {
  return study.varied.size() <= most_key_columns || format == TableFormat::csv;
}

using Value = std::pair<double, std::optional<Interval>>;

/// A mean with its interval: in text rounded to what the interval says, in CSV as three cells.
void add_value(std::vector<std::string>& row, const std::optional<Value>& value, TableFormat format) {
  if (format != TableFormat::csv) {
    if (!value) return row.emplace_back(), void();
    const auto& [mean, interval] = *value;
    if (!interval) return row.push_back(number_text(mean)), void();
    const double error = (interval->high - interval->low) / 2.0;
    const auto text = [&](double number) { return number_text_within(number, error); };
    return row.push_back(fmt::format("{} [{}, {}]", text(mean), text(interval->low), text(interval->high))), void();
  }
  const auto digits = [](double number) { return fmt::format("{}", number); };
  row.push_back(value ? digits(value->first) : "");
  row.push_back(value && value->second ? digits(value->second->low) : "");
  row.push_back(value && value->second ? digits(value->second->high) : "");
}

void add_heading(std::vector<std::string>& head, const std::string& name, TableFormat format) {
  head.push_back(name);
  if (format == TableFormat::csv) head.insert(head.end(), {name + " low", name + " high"});
}

std::optional<Value> value_of(const std::optional<Estimate>& estimate) {
  return estimate ? std::optional(Value(estimate->mean, estimate->interval)) : std::nullopt;
}

std::optional<Value> mean_of(const std::optional<GroupScore>& score) {
  return score ? value_of(score->mean) : std::nullopt;
}

std::optional<Value> middle_of(const std::optional<GroupScore>& score) {
  return score ? value_of(score->interquartile) : std::nullopt;
}

const GroupComparison* comparison_of(const Study& study, std::size_t group) {
  const auto found = std::ranges::find(study.comparisons, group, &GroupComparison::group);
  return found == study.comparisons.end() ? nullptr : &*found;
}

std::string runs_text(const StudyGroup& group) {
  const std::size_t all = group.runs.size();
  return group.counted.size() == all ? fmt::format("{}", all) : fmt::format("{} of {}", group.counted.size(), all);
}

std::string success_text(const StudyGroup& group, TableFormat format) {
  if (!group.success) return "";
  return format == TableFormat::csv ? fmt::format("{}", *group.success)
                                    : fmt::format("{:.1f} %", 100.0 * *group.success);
}

std::vector<std::string> row_of(const Study& study, std::size_t index, TableFormat format) {
  const StudyGroup& group = study.groups[index];
  std::vector<std::string> row;
  if (!has_key_columns(study, format) || study.varied.empty()) {
    row.push_back(study.varied.empty() ? group.name : letter(index));
  } else {
    for (const auto& [key, value] : group.settings) row.push_back(value);
  }
  row.push_back(runs_text(group));
  add_value(row, mean_of(group.mean_return), format);
  add_value(row, middle_of(group.mean_return), format);
  add_value(row, mean_of(group.gap), format);
  row.push_back(success_text(group, format));
  const GroupComparison* comparison = comparison_of(study, index);
  const auto& difference = comparison ? comparison->difference : std::nullopt;
  add_value(row, difference ? std::optional(Value(difference->mean, difference->interval)) : std::nullopt, format);
  add_value(row, value_of(comparison ? comparison->improvement : std::nullopt), format);
  return row;
}

}  // namespace

Table results_table(const Study& study, TableFormat format) {
  Table table;
  if (!has_key_columns(study, format) || study.varied.empty()) {
    table.head.emplace_back(study.varied.empty() ? "experiment" : "group");
  } else {
    table.head = study.varied;
  }
  table.head.emplace_back("runs");
  for (const char* name : {"return", "return IQM", "gap"}) add_heading(table.head, name, format);
  table.head.emplace_back("success");
  for (const char* name : {"minus first", "P(better)"}) add_heading(table.head, name, format);
  for (std::size_t i = 0; i < study.groups.size(); ++i) table.rows.push_back(row_of(study, i, format));
  table.drop_empty_columns();
  return table;
}

Table differences_table(const Study& study) {
  Table table{{"key"}, {}};
  for (std::size_t i = 0; i < study.groups.size(); ++i) table.head.push_back(letter(i));
  for (std::size_t k = 0; k < study.varied.size(); ++k) {
    std::vector<std::string> row = {study.varied[k]};
    for (const StudyGroup& group : study.groups) row.push_back(group.settings[k].second);
    table.rows.push_back(row);
  }
  return table;
}

std::string study_text(const Study& study, TableFormat format) {
  std::string results = format_table(results_table(study, format), format);
  if (format == TableFormat::text) results += intervals;
  return has_key_columns(study, format) ? results : format_table(differences_table(study), format) + "\n" + results;
}

}  // namespace fm
