#include "libfm/experiment/data_checks.hpp"

#include "libfm/core/number_text.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/policy_spec/normalisation.hpp"
#include "libfm/train/training_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

/// A column of observations, goals or actions over all episodes.
struct Column {
  std::string name;  ///< "action 1"
  Eigen::VectorXd values;
  std::vector<Eigen::Index> begins;  ///< first value of each episode
};

Column column_of(std::span<const Episode> episodes, const char* kind, Matrix Episode::*part, Eigen::Index j) {
  Column column{.name = fmt::format("{} {}", kind, j), .values = {}, .begins = {}};
  Eigen::Index total = 0;
  for (const Episode& e : episodes) {
    column.begins.push_back(total);
    total += (e.*part).rows();
  }
  column.values.resize(total);
  for (std::size_t k = 0; k < episodes.size(); ++k) {
    const Matrix& values = episodes[k].*part;
    column.values.segment(column.begins[k], values.rows()) = values.col(j);
  }
  return column;
}

std::string place_of(const Column& column, Eigen::Index row, std::span<const std::string> places) {
  const auto after = std::upper_bound(column.begins.begin(), column.begins.end(), row);
  const auto episode = static_cast<std::size_t>(after - column.begins.begin()) - 1;
  return fmt::format("{}, step {}", places[episode], row - column.begins[episode]);
}

/// A value that lies farther from the middle 98 % of the values than ten times their range.
void look_for_outlier(const Column& column, std::span<const std::string> places, std::vector<std::string>& found) {
  constexpr double far = 10.0;
  const std::span<const double> values(column.values.data(), static_cast<std::size_t>(column.values.size()));
  const double low = quantile(values, 0.01), high = quantile(values, 0.99), range = high - low;
  if (range <= 0.0) return;
  const Eigen::ArrayXd beyond = (low - column.values.array()).max(column.values.array() - high);
  Eigen::Index row = 0;
  const auto count = (beyond > far * range).count();
  if (count == 0) return;
  beyond.maxCoeff(&row);
  found.push_back(fmt::format(
      "{}: {} is {}, far outside of [{}, {}], which holds 98 % of the values{}; with `policy.normaliser: min_max` such "
      "a value sets the scale, `quantile` does not follow it",
      place_of(column, row, places), column.name, number_text(column.values[row]), number_text(low), number_text(high),
      count > 1 ? fmt::format(" (and {} more values)", count - 1) : ""));
}

/// A column that varies by a few steps of its number format only.
void look_for_lost_digits(const Column& column, const std::string& place, std::vector<std::string>& found) {
  constexpr double few = 1000.0;
  const double range = column.values.maxCoeff() - column.values.minCoeff(), step = spacing(column.values);
  if (range <= 0.0 || range >= few * step) return;
  found.push_back(
      fmt::format("{}: {} varies by {} around {}, where the numbers of its format lie about {} apart; store it as "
                  "float64, or without the offset",
                  place, column.name, number_text(range), number_text(column.values.mean()), number_text(step)));
}

void look_for_copies(std::span<const Episode> episodes, std::span<const std::string> places,
                     std::vector<std::string>& found) {
  const std::vector<std::size_t> originals = originals_of(episodes);
  std::size_t copies = 0, first = 0;
  for (std::size_t i = 0; i < originals.size(); ++i) {
    if (originals[i] == i) continue;
    if (copies++ == 0) first = i;
  }
  if (copies == 0) return;
  found.push_back(
      fmt::format("{} of {} episodes are copies of others ({} equals {}); copies are trained on or held out together",
                  copies, episodes.size(), places[first], places[originals[first]]));
}

}  // namespace

std::vector<std::string> look_for_mistakes(const Dataset& dataset, std::span<const std::string> places) {
  const std::span<const Episode> episodes = dataset.episodes;
  std::vector<std::string> found;
  if (episodes.empty()) return found;
  look_for_copies(episodes, places, found);
  const auto look = [&](const char* kind, Matrix Episode::*part) {
    for (Eigen::Index j = 0; j < (episodes.front().*part).cols(); ++j) {
      const Column column = column_of(episodes, kind, part, j);
      look_for_outlier(column, places, found);
      look_for_lost_digits(column, places.front(), found);
    }
  };
  look("observation", &Episode::observations);
  look("action", &Episode::actions);
  look("goal", &Episode::goals);
  return found;
}

}  // namespace fm
