#include "libfm/data/dataset_columns.hpp"

#include "libfm/core/error.hpp"
#include "libfm/data/recorded_columns.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <array>

namespace fm {
namespace {

enum Array : std::size_t { observations, actions, goals, states };

struct Widths {
  Eigen::Index observations, actions, goals, states;
};

Widths widths_of(const Dataset& dataset, const std::string& file) {
  const LabelledStates& labelled = dataset.uniform_states;
  if (!dataset.episodes.empty()) {
    const auto e = dataset.episodes.front();
    return {e->observations.cols(), e->actions.cols(), e->goals.cols(), e->states.cols()};
  }
  if (labelled.actions.rows() == 0) throw_input_error("{}: contains neither episodes nor labelled states", file);
  return {labelled.observations.cols(), labelled.actions.cols(), labelled.goals.cols(), 0};
}

/// The columns with the names that the dataset gives them, or numbered.
RecordedArray array_of(const char* key, Eigen::Index width, const std::vector<Dimension>& dimensions,
                       const std::string& file) {
  RecordedArray array = unnamed_array(key, {1, static_cast<std::uint64_t>(width)});
  if (dimensions.empty()) return array;
  if (std::ssize(dimensions) != width) {
    throw_input_error("{}: env_spec describes {} {}, but there are {}", file, dimensions.size(), key, width);
  }
  array.columns = dimensions;
  array.named = true;
  return array;
}

Catalogue catalogue_of(const EnvSpec& spec, const Widths& widths, const std::string& file) {
  Catalogue c{.file = file,
              .arrays = {array_of("observations", widths.observations, spec.observations, file),
                         array_of("actions", widths.actions, spec.actions, file)},
              .observations = {"observations"},
              .actions = {"actions"}};
  c.arrays.push_back(array_of("goals", widths.goals, spec.goals, file));
  if (widths.goals > 0) c.goals = {"goals"};
  if (widths.states > 0) c.arrays.push_back(array_of("states", widths.states, spec.states, file));
  return c;
}

const Matrix& part_of(const Episode& e, std::size_t array) {
  return array == observations ? e.observations : array == actions ? e.actions : array == goals ? e.goals : e.states;
}

Episode chosen(const Episode& e, const Selection& selection) {
  Episode result = selected_episode(selection, e.steps(), [&](std::size_t array) { return part_of(e, array); });
  if (e.executed_actions.size() > 0) {
    result.executed_actions = gather_columns(selection.actions, e.steps(), [&](std::size_t array) -> const Matrix& {
      return array == actions ? e.executed_actions : part_of(e, array);
    });
  }
  result.index = e.index;
  result.success = e.success;
  result.states = e.states.topRows(result.observations.rows());
  result.rewards = e.rewards;
  result.terminated = e.terminated;
  result.truncated = e.truncated;
  return result;
}

LabelledStates chosen(const LabelledStates& labelled, const Selection& selection, const std::string& file) {
  if (labelled.actions.rows() == 0) return labelled;
  const auto part = [&](std::size_t array) -> const Matrix& {
    if (array == states) throw_input_error("{}: labelled states (/uniform_states) have no column of `states`", file);
    return array == observations ? labelled.observations : array == actions ? labelled.actions : labelled.goals;
  };
  const auto gather = [&](const std::vector<ColumnSource>& sources) {
    return gather_columns(sources, labelled.actions.rows(), part);
  };
  return {.observations = gather(selection.observations),
          .goals = gather(selection.goals),
          .actions = gather(selection.actions),
          .weights = labelled.weights};
}

}  // namespace

Dataset choose_columns(Dataset dataset, const ColumnChoice& choice, const std::string& file) {
  if (choice == ColumnChoice{.everything = choice.everything}) return dataset;
  EnvSpec spec;
  if (!dataset.info.env_spec.empty()) spec = spec_from_json(dataset.info.env_spec, file);
  Selection selection = select_columns(catalogue_of(spec, widths_of(dataset, file), file), choice);
  Episodes episodes;
  for (const Episode& e : dataset.episodes) episodes.push_back(chosen(e, selection));
  dataset.episodes = std::move(episodes);
  dataset.uniform_states = chosen(dataset.uniform_states, selection, file);
  if (!selection.named) return dataset;
  spec.name = spec.name.empty() ? (dataset.info.env.empty() ? "none" : dataset.info.env) : spec.name;
  spec.observations = selection.spec.observations;
  spec.actions = selection.spec.actions;
  spec.goals = selection.spec.goals;
  dataset.info.env_spec = spec_to_json(spec);
  return dataset;
}

}  // namespace fm
