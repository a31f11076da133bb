#include "libfm/experiment/sweep_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace fm {
namespace {

constexpr double most_runs = 10'000;

using Points = std::vector<std::vector<std::string>>;
using SweepProblems = std::vector<std::pair<std::string, std::string>>;

/// Row i has the i-th value of every axis; one row without settings if there are no axes.
Points zip_rows(const SettingGrid& zip) {
  Points rows(zip.axes.empty() ? 1 : zip.axes.front().second.size());
  for (const auto& [key, values] : zip.axes) {
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(key + "=" + values[i]);
  }
  return rows;
}

Points seed_rows(const std::vector<std::uint64_t>& seeds) {
  Points rows;
  for (const std::uint64_t seed : seeds) rows.push_back({fmt::format("seed={}", seed)});
  return rows.empty() ? Points{{}} : rows;
}

/// Every row of a with every row of b, which changes faster.
Points product(const Points& a, const Points& b) {
  Points rows;
  for (const auto& first : a) {
    for (const auto& second : b) {
      rows.push_back(first);
      rows.back().insert(rows.back().end(), second.begin(), second.end());
    }
  }
  return rows;
}

/// What cannot differ between the runs of a sweep; empty for any other key.
std::string key_problem(const std::string& key, const SweepOptions& sweep) {
  if (key.starts_with("sweep.")) return "a sweep cannot vary itself";
  if (key == "name" || key == "runs") return "decides where the sweep's folder is, so it cannot differ within it";
  if (key == "threads" || key == "device" || key.starts_with("report.")) return "does not change the results of a run";
  if (key == "seed" && !sweep.seeds.empty()) return "is varied by sweep.seeds too; give one of them";
  return "";
}

/// Values are compared as numbers where they are: 1e-3 is 0.001.
bool has_twice(const std::vector<std::string>& values) {
  std::set<std::string> texts;
  for (const std::string& value : values) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool is_number = !value.empty() && *end == '\0';
    if (!texts.insert(is_number ? fmt::format("{}", number) : value).second) return true;
  }
  return false;
}

void check_axes(const char* name, const SettingGrid& grid, const SweepOptions& sweep, std::set<std::string>& keys,
                SweepProblems& problems) {
  for (const auto& [key, values] : grid.axes) {
    const std::string place = fmt::format("sweep.{}", name);
    if (const std::string problem = key_problem(key, sweep); !problem.empty()) {
      problems.emplace_back(place, key + ": " + problem);
    }
    if (!keys.insert(key).second) problems.emplace_back(place, key + ": is in sweep.grid and in sweep.zip");
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> sweep_problems(const SweepOptions& sweep) {
  SweepProblems problems;
  std::set<std::string> keys;
  check_axes("grid", sweep.grid, sweep, keys, problems);
  check_axes("zip", sweep.zip, sweep, keys, problems);
  for (const auto& [key, values] : sweep.grid.axes) {
    if (has_twice(values)) problems.emplace_back("sweep.grid", key + ": has a value twice");
  }
  if (std::set(sweep.seeds.begin(), sweep.seeds.end()).size() < sweep.seeds.size()) {
    problems.emplace_back("sweep.seeds", "has a seed twice");
  }
  for (const auto& [key, values] : sweep.zip.axes) {
    const auto& [first, first_values] = sweep.zip.axes.front();
    if (values.size() == first_values.size()) continue;
    problems.emplace_back("sweep.zip", fmt::format("{} has {} values but {} has {}; give as many for each key", key,
                                                   values.size(), first, first_values.size()));
  }
  const Points zipped = problems.empty() ? zip_rows(sweep.zip) : Points();
  if (std::set(zipped.begin(), zipped.end()).size() < zipped.size()) {
    problems.emplace_back("sweep.zip", "has the same values twice");
  }
  const double rows = sweep.zip.axes.empty() ? 1.0 : static_cast<double>(sweep.zip.axes.front().second.size());
  const double runs = grid_size(sweep.grid) * rows * std::max<double>(1.0, static_cast<double>(sweep.seeds.size()));
  if (runs > most_runs) problems.emplace_back("sweep", fmt::format("has {} runs, more than {}", runs, most_runs));
  return problems;
}

std::vector<std::vector<std::string>> sweep_points(const SweepOptions& sweep) {
  Points grid = grid_points(sweep.grid);
  if (grid.empty()) grid.emplace_back();
  return product(product(grid, zip_rows(sweep.zip)), seed_rows(sweep.seeds));
}

}  // namespace fm
