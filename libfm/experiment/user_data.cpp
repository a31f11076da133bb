#include "libfm/experiment/user_data.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <algorithm>

namespace fm {
namespace {

struct Sizes {
  Eigen::Index observations;
  Eigen::Index actions;
  Eigen::Index goals;

  bool operator==(const Sizes&) const = default;
};

Sizes sizes_of(const Dataset& dataset, const std::string& file) {
  if (!dataset.episodes.empty()) {
    const Episode& e = dataset.episodes.front();
    return {e.observations.cols(), e.actions.cols(), e.goals.cols()};
  }
  const LabelledStates& states = dataset.uniform_states;
  if (states.actions.rows() == 0) throw_input_error("{}: contains neither episodes nor labelled states", file);
  return {states.observations.cols(), states.actions.cols(), states.goals.cols()};
}

std::string words(const Sizes& s) {
  return fmt::format("{} observations, {} actions and {} goals", s.observations, s.actions, s.goals);
}

Matrix stacked(const Matrix& top, const Matrix& bottom) {
  if (top.rows() == 0) return bottom;
  if (bottom.rows() == 0) return top;
  Matrix both(top.rows() + bottom.rows(), top.cols());
  both << top, bottom;
  return both;
}

void append(Dataset& to, Dataset&& more) {
  for (Episode& episode : more.episodes) {
    episode.index = to.episodes.size();
    to.episodes.push_back(std::move(episode));
  }
  LabelledStates& states = to.uniform_states;
  states.observations = stacked(states.observations, more.uniform_states.observations);
  states.goals = stacked(states.goals, more.uniform_states.goals);
  states.actions = stacked(states.actions, more.uniform_states.actions);
}

/// Dimensions named KIND_0, KIND_1 ... with the data's ranges as bounds.
std::vector<Dimension> dimensions(const char* kind, const Dataset& dataset, Matrix Episode::*part,
                                  Matrix LabelledStates::*labelled, Eigen::Index size) {
  std::vector<Dimension> result;
  for (Eigen::Index j = 0; j < size; ++j) {
    double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();
    const auto widen = [&](const Matrix& values) {
      if (values.rows() == 0) return;
      low = std::min(low, static_cast<double>(values.col(j).minCoeff()));
      high = std::max(high, static_cast<double>(values.col(j).maxCoeff()));
    };
    for (const Episode& episode : dataset.episodes) widen(episode.*part);
    widen(dataset.uniform_states.*labelled);
    result.push_back({fmt::format("{}_{}", kind, j), "", low, high});
  }
  return result;
}

}  // namespace

Dataset join_files(std::span<const std::string> files) {
  Dataset joined = read_dataset(files.front());
  const Sizes sizes = sizes_of(joined, files.front());
  for (const std::string& file : files.subspan(1)) {
    Dataset more = read_dataset(file);
    const Sizes theirs = sizes_of(more, file);
    if (theirs != sizes) {
      throw_input_error("{}: has {}, but {} has {}", file, words(theirs), files.front(), words(sizes));
    }
    append(joined, std::move(more));
  }
  for (std::size_t i = 0; i < joined.episodes.size(); ++i) joined.episodes[i].index = i;
  return joined;
}

void check_data_fits(const Dataset& dataset, const EnvSpec& spec, const std::string& file) {
  const Sizes sizes = sizes_of(dataset, file);
  const Sizes wanted{static_cast<Eigen::Index>(spec.observations.size()),
                     static_cast<Eigen::Index>(spec.actions.size()), static_cast<Eigen::Index>(spec.goals.size())};
  if (sizes == wanted) return;
  throw_input_error("{}: has {}, but environment '{}' has {} (to train on the data alone, set env.name: none)", file,
                    words(sizes), spec.name, words(wanted));
}

EnvSpec spec_of_data(const Dataset& dataset, const std::string& file) {
  if (!dataset.info.env_spec.empty()) return spec_from_json(dataset.info.env_spec, file);
  const Sizes sizes = sizes_of(dataset, file);
  return {.name = "none",
          .observations = dimensions("observation", dataset, &Episode::observations, &LabelledStates::observations,
                                     sizes.observations),
          .actions = dimensions("action", dataset, &Episode::actions, &LabelledStates::actions, sizes.actions),
          .goals = dimensions("goal", dataset, &Episode::goals, &LabelledStates::goals, sizes.goals),
          .states = {},
          .time_step = 0.0,
          .horizon = 0};
}

}  // namespace fm
