#include "libfm/data/episode_file.hpp"

#include "libfm/data/column_attributes.hpp"
#include "libfm/data/dataset_arrays.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "libfm/data/hdf5_writer.hpp"
#include "libfm/data/numbered_groups.hpp"
#include "libfm/data/recorded_columns.hpp"
#include "libfm/env/float32.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <algorithm>
#include <map>

namespace fm {

bool is_weight(double weight) { return weight >= 1e-18 && weight <= 1e18; }

namespace {

constexpr std::uint64_t format_version = 1;
constexpr const char* episodes_path = "/episodes";
constexpr const char* uniform_path = "/uniform_states";

// Writing.

template <class T>
void write_column(Hdf5Writer& file, const std::string& path, const std::vector<T>& values) {
  file.array(path, {values.size()}, std::span<const T>(values));
}

void write_info(Hdf5Writer& file, const DatasetInfo& info) {
  file.attribute("/", "format_version", format_version);
  file.attribute("/", "env", info.env);
  file.attribute("/", "env_options", info.env_options);
  file.attribute("/", "expert", info.expert);
  file.attribute("/", "seed", info.seed);
  file.attribute("/", "noise", info.noise);
  file.attribute("/", "git_commit", info.git_commit);
  file.attribute("/", "env_spec", info.env_spec);
}

void write_episode(Hdf5Writer& file, const std::string& path, const Episode& episode, const StoredTypes& stored) {
  file.group(path);
  file.attribute(path, "index", episode.index);
  file.attribute(path, "success", std::uint64_t{episode.success});
  write_rows(file, path + "/observations", episode.observations, stored.observations);
  write_rows(file, path + "/actions", episode.actions, stored.actions);
  if (!episode.rewards.empty()) write_column(file, path + "/rewards", episode.rewards);
  write_column(file, path + "/terminated", episode.terminated);
  write_column(file, path + "/truncated", episode.truncated);
  if (episode.goals.size() > 0) write_rows(file, path + "/goals", episode.goals, stored.goals);
  if (episode.states.size() > 0) write_rows(file, path + "/states", episode.states);
  if (episode.executed_actions.size() > 0) {
    write_rows(file, path + "/executed_actions", episode.executed_actions, stored.executed_actions);
  }
}

void write_uniform_states(Hdf5Writer& file, const LabelledStates& states) {
  const std::string path = uniform_path;
  file.group(path);
  const auto write = [&](const char* name, const Matrix& rows) {
    write_rows(file, path + name, rows, is_float32(rows) ? Stored::float32 : Stored::float64);
  };
  write("/observations", states.observations);
  if (states.goals.size() > 0) write("/goals", states.goals);
  write("/actions", states.actions);
  if (!states.weights.empty()) write_column(file, path + "/weights", states.weights);
}

// Reading.

void check_rows(const Hdf5Reader& file, const std::string& path, std::uint64_t rows, std::uint64_t expected,
                const char* why) {
  if (rows != expected) file.fail(path, "has {} rows, expected {}: {}", rows, expected, why);
}

DatasetInfo read_info(const Hdf5Reader& file) {
  const std::uint64_t version = file.whole_number("/", "format_version").value_or(format_version);
  if (version != format_version) {
    file.fail("/", "has format version {}; this program reads version {}", version, format_version);
  }
  return {.env = file.text("/", "env").value_or(""),
          .env_options = file.text("/", "env_options").value_or(""),
          .expert = file.text("/", "expert").value_or(""),
          .seed = file.whole_number("/", "seed").value_or(0),
          .noise = file.number("/", "noise").value_or(0.0),
          .git_commit = file.text("/", "git_commit").value_or(""),
          .env_spec = file.text("/", "env_spec").value_or("")};
}

std::vector<std::uint8_t> read_flags(const Hdf5Reader& file, const std::string& path, std::uint64_t steps,
                                     std::uint8_t last_if_missing) {
  std::vector<std::uint8_t> flags(steps, 0);
  if (!file.has(path)) {
    flags.back() = last_if_missing;
    return flags;
  }
  flags = file.flags(path);
  check_rows(file, path, flags.size(), steps, "one for each action");
  return flags;
}

Matrix read_goals(const Hdf5Reader& file, const std::string& path, Eigen::Index rows) {
  Matrix goals = file.has(path) ? file.matrix(path) : Matrix(rows, 0);
  check_rows(file, path, goals.rows(), rows, "one for each observation");
  return goals;
}

Matrix read_states(const Hdf5Reader& file, const std::string& path, Eigen::Index rows) {
  Matrix states = file.has(path) ? file.matrix(path) : Matrix(rows, 0);
  check_rows(file, path, states.rows(), rows, "one for each observation");
  return states;
}

Matrix read_executed(const Hdf5Reader& file, const std::string& path, const Matrix& actions) {
  if (!file.has(path)) return {};
  Matrix executed = file.matrix(path);
  check_rows(file, path, executed.rows(), actions.rows(), "one for each action");
  if (executed.cols() != actions.cols())
    file.fail(path, "has {} columns, expected {}", executed.cols(), actions.cols());
  return executed;
}

Episode read_episode(const Hdf5Reader& file, const std::string& path, std::uint64_t number) {
  Episode e;
  e.index = file.whole_number(path, "index").value_or(number);
  e.success = file.whole_number(path, "success").value_or(0) != 0;
  e.actions = file.matrix(path + "/actions");
  const Eigen::Index steps = e.actions.rows();
  if (e.actions.size() == 0) file.fail(path + "/actions", "is empty");
  e.observations = file.matrix(path + "/observations");
  const Eigen::Index observed = e.observations.rows();
  if (observed != steps) {
    check_rows(file, path + "/observations", observed, steps + 1,
               "one more than actions, the last being where the episode ended, or as many without that");
  }
  if (file.has(path + "/rewards")) {
    e.rewards = file.numbers(path + "/rewards");
    check_rows(file, path + "/rewards", e.rewards.size(), steps, "one for each action");
  }
  e.truncated = read_flags(file, path + "/truncated", steps, file.has(path + "/terminated") ? 0 : 1);
  e.terminated = read_flags(file, path + "/terminated", steps, 0);
  e.goals = read_goals(file, path + "/goals", observed);
  e.states = read_states(file, path + "/states", observed);
  e.executed_actions = read_executed(file, path + "/executed_actions", e.actions);
  e.extras.resize(steps, 0);
  return e;
}

double read_weight(const Hdf5Reader& file, const std::string& path) {
  const double weight = file.number(path, "weight").value_or(1.0);
  if (!is_weight(weight)) file.fail(path, "has the weight {}, which is not between 1e-18 and 1e18", weight);
  return weight;
}

Side read_side(const Hdf5Reader& file, const std::string& path) {
  const auto held_out = file.whole_number(path, "held_out");
  if (held_out && *held_out > 1) file.fail(path, "has held_out {}, which is neither 0 nor 1", *held_out);
  return !held_out ? Side::undecided : *held_out == 1 ? Side::held_out : Side::training;
}

void check_columns(const Hdf5Reader& file, const std::string& path, Eigen::Index columns, Eigen::Index expected) {
  if (columns != expected) {
    file.fail(path, "has {} columns, but the first episode's has {}", columns, expected);
  }
}

void check_like_first(const Hdf5Reader& file, const std::string& path, const Episode& e, const Episode& first) {
  check_columns(file, path + "/observations", e.observations.cols(), first.observations.cols());
  check_columns(file, path + "/actions", e.actions.cols(), first.actions.cols());
  check_columns(file, path + "/goals", e.goals.cols(), first.goals.cols());
  check_columns(file, path + "/states", e.states.cols(), first.states.cols());
}

LabelledStates read_uniform_states(const Hdf5Reader& file) {
  const std::string path = uniform_path;
  if (!file.has(path)) return {};
  LabelledStates states;
  states.observations = file.matrix(path + "/observations");
  states.actions = file.matrix(path + "/actions");
  check_rows(file, path + "/actions", states.actions.rows(), states.observations.rows(), "one for each observation");
  states.goals = read_goals(file, path + "/goals", states.observations.rows());
  if (!file.has(path + "/weights")) return states;
  states.weights = file.numbers(path + "/weights");
  check_rows(file, path + "/weights", states.weights.size(), states.observations.rows(), "one for each observation");
  if (!std::ranges::all_of(states.weights, is_weight)) {
    file.fail(path + "/weights", "has a weight that is not between 1e-18 and 1e18");
  }
  return states;
}

void check_like_episodes(const Hdf5Reader& file, const LabelledStates& states, const Episode& first) {
  const std::string path = uniform_path;
  check_columns(file, path + "/observations", states.observations.cols(), first.observations.cols());
  check_columns(file, path + "/actions", states.actions.cols(), first.actions.cols());
  check_columns(file, path + "/goals", states.goals.cols(), first.goals.cols());
}

/// Sets env_spec from the attributes KIND_names, KIND_units, KIND_low and KIND_high, unless there is one.
void read_columns(const Hdf5Reader& file, Dataset& dataset) {
  const ColumnTexts observations = read_column_attributes(file, "/", "observation"),
                    actions = read_column_attributes(file, "/", "action"),
                    goals = read_column_attributes(file, "/", "goal");
  if (!dataset.info.env_spec.empty() || (observations.is_empty() && actions.is_empty() && goals.is_empty())) return;
  if (dataset.episodes.empty()) return;
  const std::shared_ptr<const Episode> first = dataset.episodes.front();
  const auto described = [&](const char* kind, const Matrix& part, const ColumnTexts& texts) {
    std::vector<Dimension> dimensions = numbered_dimensions(kind, static_cast<std::size_t>(part.cols()));
    describe(dimensions, texts, fmt::format("{}: /: attributes {}_*", file.file(), kind));
    return dimensions;
  };
  dataset.info.env_spec = spec_to_json({.name = dataset.info.env.empty() ? "none" : dataset.info.env,
                                        .observations = described("observation", first->observations, observations),
                                        .actions = described("action", first->actions, actions),
                                        .goals = described("goal", first->goals, goals),
                                        .states = {}});
}

}  // namespace

void write_dataset(const std::filesystem::path& file, const Dataset& dataset) {
  Hdf5Writer writer;
  write_info(writer, dataset.info);
  writer.group(episodes_path);
  const StoredTypes stored(dataset);
  for (std::size_t n = 0; n < dataset.episodes.size(); ++n) {
    const std::string path = fmt::format("{}/{}", episodes_path, n);
    write_episode(writer, path, *dataset.episodes[n], stored);
    if (!dataset.weights.empty()) writer.attribute(path, "weight", dataset.weights[n]);
    if (const Side side = dataset.side(n); side != Side::undecided) {
      writer.attribute(path, "held_out", std::uint64_t{side == Side::held_out});
    }
  }
  if (dataset.uniform_states.observations.rows() > 0) write_uniform_states(writer, dataset.uniform_states);
  writer.save(file);
}

Dataset read_dataset(const std::filesystem::path& file) {
  const Hdf5Reader reader(file);
  Dataset dataset;
  dataset.info = read_info(reader);
  std::map<std::uint64_t, std::string> indices;  // with the paths of the episodes
  for (const auto& [number, path] : numbered_groups(reader, episodes_path, "")) {
    Episode episode = read_episode(reader, path, number);
    if (!dataset.episodes.empty()) check_like_first(reader, path, episode, *dataset.episodes.front());
    const auto [same, is_new] = indices.emplace(episode.index, path);
    if (!is_new) reader.fail(path, "has the same index {} as {}", same->first, same->second);
    dataset.episodes.push_back(std::move(episode));
    const double weight = read_weight(reader, path);
    if (weight != 1.0) dataset.weights.resize(dataset.episodes.size() - 1, 1.0);
    if (!dataset.weights.empty() || weight != 1.0) dataset.weights.push_back(weight);
    const Side side = read_side(reader, path);
    if (side != Side::undecided) dataset.sides.resize(dataset.episodes.size() - 1, Side::undecided);
    if (!dataset.sides.empty() || side != Side::undecided) dataset.sides.push_back(side);
  }
  dataset.uniform_states = read_uniform_states(reader);
  if (dataset.uniform_states.observations.rows() > 0 && !dataset.episodes.empty()) {
    check_like_episodes(reader, dataset.uniform_states, *dataset.episodes.front());
  }
  read_columns(reader, dataset);
  return dataset;
}

}  // namespace fm
