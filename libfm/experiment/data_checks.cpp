#include "libfm/experiment/data_checks.hpp"

#include "libfm/core/number_text.hpp"
#include "libfm/core/random.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/policy_spec/normalisation.hpp"
#include "libfm/train/row_split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

/// One column of observations, goals or actions over all episodes.
struct Column {
  double low = 0.0, high = 0.0;  ///< which hold 98 % of the values
  ColumnRange range = {};
  double sum = 0.0, count = 0.0;
  std::int64_t outliers = 0;
  double farthest = 0.0, outlier = 0.0;  ///< distance from [low, high] and value of the farthest outlier
  std::size_t episode = 0;
  Eigen::Index row = 0;
};

/// Rows of all episodes, if they are many one drawn at random of each block of them.
Matrix sample_of(const Episodes& episodes, Matrix Episode::*part) {
  constexpr Eigen::Index most = 20'000;
  Eigen::Index total = 0;
  for (std::size_t i = 0; i < episodes.size(); ++i) total += episodes.steps(i) + 1;
  const Eigen::Index stride = (total + most - 1) / most;
  Matrix sample((total + stride - 1) / stride, (episodes.front().get()->*part).cols());
  const RandomStream draws(0, "rows looked at");
  const auto drawn = [&](Eigen::Index block) {
    const double offset = draws.at(static_cast<std::uint64_t>(block)).uniform() * static_cast<double>(stride);
    return block * stride + std::min(stride - 1, static_cast<Eigen::Index>(offset));
  };
  Eigen::Index taken = 0, before = 0;  // rows of earlier episodes
  for (const Episode& e : episodes) {
    const Matrix& values = e.*part;
    for (; taken < sample.rows() && drawn(taken) < before + values.rows(); ++taken) {
      sample.row(taken) = values.row(drawn(taken) - before);
    }
    before += values.rows();
  }
  sample.conservativeResize(taken, Eigen::NoChange);
  return sample;
}

/// Outliers lie farther from the middle 98 % of the values than ten times their range.
void scan(Column& column, const Eigen::VectorXd& values, std::size_t episode) {
  constexpr double far = 10.0;
  column.range.add(values);
  column.sum += values.sum();
  column.count += static_cast<double>(values.size());
  const double range = column.high - column.low;
  if (range <= 0.0) return;
  const Eigen::ArrayXd beyond = (column.low - values.array()).max(values.array() - column.high);
  column.outliers += (beyond > far * range).count();
  Eigen::Index row = 0;
  const double farthest = beyond.maxCoeff(&row);
  if (farthest <= std::max(far * range, column.farthest)) return;
  column.farthest = farthest;
  column.outlier = values[row];
  column.episode = episode;
  column.row = row;
}

std::vector<Column> columns_of(const Episodes& episodes, Matrix Episode::*part) {
  if ((episodes.front().get()->*part).cols() == 0) return {};
  const Matrix sample = sample_of(episodes, part);
  std::vector<Column> columns(static_cast<std::size_t>(sample.cols()));
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Eigen::VectorXd values = sample.col(static_cast<Eigen::Index>(j));
    const std::span<const double> numbers(values.data(), static_cast<std::size_t>(values.size()));
    columns[j].low = quantile(numbers, 0.01);
    columns[j].high = quantile(numbers, 0.99);
  }
  std::size_t number = 0;
  for (const Episode& e : episodes) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      scan(columns[j], (e.*part).col(static_cast<Eigen::Index>(j)), number);
    }
    ++number;
  }
  return columns;
}

void look_for_outlier(const Column& column, const std::string& name, std::span<const std::string> places,
                      std::vector<std::string>& found) {
  if (column.outliers == 0) return;
  found.push_back(fmt::format(
      "{}, step {}: {} is {}, far outside of [{}, {}], which holds 98 % of the values{}; with `policy.normaliser: "
      "min_max` such a value sets the scale, `quantile` does not follow it",
      places[column.episode], column.row, name, number_text(column.outlier), number_text(column.low),
      number_text(column.high), column.outliers > 1 ? fmt::format(" (and {} more values)", column.outliers - 1) : ""));
}

/// A column that varies by a few steps of its number format only.
void look_for_lost_digits(const Column& column, const std::string& name, const std::string& place,
                          std::vector<std::string>& found) {
  constexpr double few = 1000.0;
  const double range = column.range.high - column.range.low, step = column.range.spacing();
  if (range <= 0.0 || range >= few * step) return;
  found.push_back(
      fmt::format("{}: {} varies by {} around {}, where the numbers of its format lie about {} apart; store it as "
                  "float64, or without the offset",
                  place, name, number_text(range), number_text(column.sum / column.count), number_text(step)));
}

void look_for_copies(const Episodes& episodes, std::span<const std::string> places, std::vector<std::string>& found) {
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
  const Episodes& episodes = dataset.episodes;
  std::vector<std::string> found;
  if (episodes.empty()) return found;
  look_for_copies(episodes, places, found);
  const auto look = [&](const char* kind, Matrix Episode::*part) {
    const std::vector<Column> columns = columns_of(episodes, part);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const std::string name = fmt::format("{} {}", kind, j);
      look_for_outlier(columns[j], name, places, found);
      look_for_lost_digits(columns[j], name, places.front(), found);
    }
  };
  look("observation", &Episode::observations);
  look("action", &Episode::actions);
  look("goal", &Episode::goals);
  return found;
}

}  // namespace fm
