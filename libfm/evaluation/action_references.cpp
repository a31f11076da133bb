#include "libfm/evaluation/action_references.hpp"

#include "libfm/core/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

namespace fm {
namespace {

/// At most `most` of `count` numbers from 0 on, evenly spaced.
std::vector<Eigen::Index> evenly(Eigen::Index count, Eigen::Index most) {
  std::vector<Eigen::Index> chosen;
  const Eigen::Index n = std::min(count, most);
  for (Eigen::Index i = 0; i < n; ++i) chosen.push_back(i * count / n);
  return chosen;
}

/// The chosen rows' observations and goals, (n, O + G).
Matrix chosen_states(const Rows& rows, const std::vector<Eigen::Index>& chosen) {
  Matrix states(chosen.size(), rows.observations.cols() + rows.goals.cols());
  states << rows.observations(chosen, Eigen::all), rows.goals(chosen, Eigen::all);
  return states;
}

/// The chosen rows' next `horizon` actions, (n, H A).
Matrix chunks_of(const Rows& rows, const std::vector<Eigen::Index>& chosen, Eigen::Index horizon) {
  Matrix chunks(chosen.size(), horizon * rows.actions.cols());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    chunks.row(static_cast<Eigen::Index>(i)) = action_windows(rows, chosen[i], chosen[i] + 1, horizon);
  }
  return chunks;
}

/// For each row of `states` the row of `known` with the smallest Euclidean distance.
std::vector<Eigen::Index> nearest_rows(const Matrix& known, const Matrix& states) {
  constexpr std::int64_t block = 64;
  const Eigen::VectorXd squares = known.rowwise().squaredNorm();
  std::vector<Eigen::Index> nearest(static_cast<std::size_t>(states.rows()));
  for_each_block(states.rows(), block, [&](std::int64_t begin, std::int64_t end) {
    // |k - s|^2 = |k|^2 - 2 k . s + |s|^2, of which the last term does not matter
    const Matrix products = states.middleRows(begin, end - begin) * known.transpose();
    for (std::int64_t i = begin; i < end; ++i) {
      (squares.transpose() - 2.0 * products.row(i - begin)).minCoeff(&nearest[static_cast<std::size_t>(i)]);
    }
  });
  return nearest;
}

/// Centres and scales the columns of both by the deviations in `known`.
void standardise(Matrix& known, Matrix& states) {
  const Eigen::RowVectorXd middle = known.colwise().mean();
  const std::vector<double> deviations = spread_of(known);
  for (Matrix* values : {&known, &states}) {
    values->rowwise() -= middle;
    for (Eigen::Index j = 0; j < values->cols(); ++j) {
      const double deviation = deviations[static_cast<std::size_t>(j)];
      values->col(j) *= deviation > 0.0 ? 1.0 / deviation : 0.0;
    }
  }
}

void add_repeated(const Rows& rows, const std::vector<double>& spread, ActionReferences& references) {
  std::unordered_map<std::string, std::vector<Eigen::Index>> groups;
  for (Eigen::Index i = 0; i < rows.size(); ++i) {
    const auto bytes = [&](const Matrix& of) {
      return std::string(reinterpret_cast<const char*>(of.data() + i * of.cols()),
                         static_cast<std::size_t>(of.cols()) * sizeof(double));
    };
    groups[bytes(rows.observations) + bytes(rows.goals)].push_back(i);
  }
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(rows.actions.cols());
  double freedom = 0.0;  // actions minus means
  for (const auto& [state, group] : groups) {
    if (group.size() < 2) continue;
    const Matrix actions = rows.actions(group, Eigen::all);
    squares += (actions.rowwise() - actions.colwise().mean()).colwise().squaredNorm();
    freedom += static_cast<double>(group.size() - 1);
    references.repeated_states += std::ssize(group);
  }
  if (freedom == 0.0) return;
  const Eigen::RowVectorXd deviation = (squares / freedom).cwiseSqrt();
  ActionError error{
      .dimensions = {deviation.data(), deviation.data() + deviation.size()}, .spread = spread, .chunk = {}};
  references.repeated = error.relative();
}

}  // namespace

ActionReferences action_references(const Rows& training, const Rows& states, Eigen::Index horizon) {
  constexpr Eigen::Index most_states = 2000, most_neighbours = 100'000;
  const std::vector<double> spread = spread_of(states.actions);
  const std::vector<Eigen::Index> chosen = evenly(states.size(), most_states),
                                  candidates = evenly(training.size(), most_neighbours);
  const Eigen::Index width = states.actions.cols();
  SampledActions actions{.recorded = chunks_of(states, chosen, horizon), .sampled = {}, .actions = width};
  ActionReferences references;
  const Eigen::RowVectorXd middle = training.actions.colwise().mean();
  actions.sampled = middle.replicate(std::ssize(chosen), horizon);
  references.mean_action = action_error(actions, spread);

  Matrix known = chosen_states(training, candidates), met = chosen_states(states, chosen);
  standardise(known, met);
  std::vector<Eigen::Index> nearest = nearest_rows(known, met);
  for (Eigen::Index& row : nearest) row = candidates[static_cast<std::size_t>(row)];
  actions.sampled = chunks_of(training, nearest, horizon);
  references.nearest = action_error(actions, spread);

  add_repeated(states, spread, references);
  return references;
}

}  // namespace fm
