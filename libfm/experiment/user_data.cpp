#include "libfm/experiment/user_data.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/number_text.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/data/recording.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/data_agreement.hpp"
#include "libfm/experiment/data_checks.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

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
    const auto e = dataset.episodes.front();
    return {e->observations.cols(), e->actions.cols(), e->goals.cols()};
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

/// The same episodes, without states. A file of episodes has the states of all or of none.
Episodes without_states(const Episodes& episodes) {
  Episodes result;
  for (Episode e : episodes) {
    e.states.resize(e.observations.rows(), 0);
    result.push_back(std::move(e));
  }
  return result;
}

/// What training does not need is left out where the two would not go into one file.
void agree_on_states(Dataset& a, Dataset& b) {
  if (a.episodes.empty() || b.episodes.empty()) return;
  const Eigen::Index in_a = a.episodes.front()->states.cols(), in_b = b.episodes.front()->states.cols();
  if (in_a == in_b) return;
  if (in_a > 0) a.episodes = without_states(a.episodes);
  if (in_b > 0) b.episodes = without_states(b.episodes);
}

/// Multiplies the weights of all episodes and labelled states.
/// @param file in errors
void scale_weights(Dataset& dataset, double factor, const std::string& file) {
  if (factor == 1.0) return;
  LabelledStates& states = dataset.uniform_states;
  dataset.weights.resize(dataset.episodes.size(), 1.0);
  states.weights.resize(static_cast<std::size_t>(states.actions.rows()), 1.0);
  const auto scale = [&](double& weight) {
    if (!is_weight(weight * factor)) {
      throw_input_error("data.weights: {} times the weight {} in {} is not between 1e-18 and 1e18", factor, weight,
                        file);
    }
    weight *= factor;
  };
  std::ranges::for_each(dataset.weights, scale);
  std::ranges::for_each(states.weights, scale);
}

/// Appends `more`, of `added` items, to the values of `count` items; empty stands for `usual` ones.
template <class T>
void append_values(std::vector<T>& to, std::size_t count, const std::vector<T>& more, std::size_t added, T usual) {
  if (to.empty() && more.empty()) return;
  to.resize(count, usual);
  to.insert(to.end(), more.begin(), more.end());
  to.resize(count + added, usual);
}

void append(Dataset& to, Dataset&& more) {
  append_values(to.weights, to.episodes.size(), more.weights, more.episodes.size(), 1.0);
  append_values(to.sides, to.episodes.size(), more.sides, more.episodes.size(), Side::undecided);
  append_values(to.uniform_states.weights, static_cast<std::size_t>(to.uniform_states.actions.rows()),
                more.uniform_states.weights, static_cast<std::size_t>(more.uniform_states.actions.rows()), 1.0);
  to.episodes.append(std::move(more.episodes));
  LabelledStates& states = to.uniform_states;
  states.observations = stacked(states.observations, more.uniform_states.observations);
  states.goals = stacked(states.goals, more.uniform_states.goals);
  states.actions = stacked(states.actions, more.uniform_states.actions);
}

void refuse_differences(const std::string& file, const std::vector<std::string>& differences,
                        const std::string& other) {
  if (differences.empty()) return;
  throw_input_error("{}: differs from {}: {} (data.mixed: true accepts this)", file, other,
                    fmt::join(differences, "; "));
}

/// Dimensions named KIND_0, KIND_1 ... with the data's ranges as bounds.
std::vector<Dimension> dimensions(const char* kind, const Dataset& dataset, Matrix Episode::*part,
                                  Matrix LabelledStates::*labelled, Eigen::Index size) {
  if (size == 0) return {};
  Eigen::RowVectorXd low = Eigen::RowVectorXd::Constant(size, std::numeric_limits<double>::max()), high = -low;
  const auto widen = [&](const Matrix& values) {
    if (values.rows() == 0) return;
    low = low.cwiseMin(values.colwise().minCoeff());
    high = high.cwiseMax(values.colwise().maxCoeff());
  };
  for (const Episode& episode : dataset.episodes) widen(episode.*part);
  widen(dataset.uniform_states.*labelled);
  std::vector<Dimension> result;
  for (Eigen::Index j = 0; j < size; ++j) result.push_back({fmt::format("{}_{}", kind, j), "", low[j], high[j]});
  return result;
}

/// The specification with the bounds of the actions widened to hold the data's.
EnvSpec widened(EnvSpec spec, const Dataset& dataset) {
  const std::vector<Dimension> ranges =
      dimensions("action", dataset, &Episode::actions, &LabelledStates::actions, std::ssize(spec.actions));
  for (std::size_t j = 0; j < spec.actions.size(); ++j) {
    spec.actions[j].low = std::min(spec.actions[j].low, ranges[j].low);
    spec.actions[j].high = std::max(spec.actions[j].high, ranges[j].high);
  }
  return spec;
}

/// The actions that training gives to a network with a largest_delay must be those that led to the observations.
void refuse_other_executed(const JoinedFiles& joined) {
  const Episodes& episodes = joined.dataset.episodes;
  const auto found = std::ranges::find_if(
      episodes, [](const Episode& e) { return e.executed_actions.size() > 0 && e.executed_actions != e.actions; });
  if (found == episodes.end()) return;
  throw_input_error(
      "{}: its actions are labels, and others were executed (executed_actions), but policy.horizon.largest_delay needs "
      "those that were executed; set 0, or give recordings without noise and DAgger",
      joined.places[found->index]);
}

/// Logs the ranges of the first columns of observations, goals or actions.
void say_ranges(const char* kind, const std::vector<Dimension>& named, const std::vector<Dimension>& ranges) {
  constexpr std::size_t most = 12;
  std::vector<std::string> texts;
  for (std::size_t j = 0; j < std::min(most, named.size()); ++j) {
    const std::string unit = named[j].unit.empty() ? "" : " " + named[j].unit;
    texts.push_back(
        fmt::format("{} {} to {}{}", named[j].name, number_text(ranges[j].low), number_text(ranges[j].high), unit));
  }
  if (texts.empty()) return;
  const std::string more = named.size() > most ? fmt::format(" and {} more", named.size() - most) : "";
  spdlog::info("data: {}: {}{}", kind, fmt::join(texts, ", "), more);
}

/// Logs what the recordings are.
void say_what(const Dataset& dataset, const EnvSpec& spec) {
  const Episodes& episodes = dataset.episodes;
  if (episodes.empty()) return;
  std::vector<Eigen::Index> lengths;
  for (std::size_t i = 0; i < episodes.size(); ++i) lengths.push_back(episodes.steps(i));
  const auto [shortest, longest] = std::ranges::minmax(lengths);
  const std::vector<double> known = known_returns(dataset);
  std::string returns = known.empty() ? "unknown" : number_text(mean(known));
  if (known.size() > 1) returns += fmt::format(" (standard deviation {})", number_text(standard_deviation(known)));
  spdlog::info("data: {} episodes of {} to {} steps, {} in all, mean return {}", episodes.size(), shortest, longest,
               std::accumulate(lengths.begin(), lengths.end(), Eigen::Index{0}), returns);
  const auto say = [&](const char* kind, const std::vector<Dimension>& named, Matrix Episode::*part,
                       Matrix LabelledStates::*labelled) {
    say_ranges(kind, named, dimensions("", dataset, part, labelled, std::ssize(named)));
  };
  say("observations", spec.observations, &Episode::observations, &LabelledStates::observations);
  say("goals", spec.goals, &Episode::goals, &LabelledStates::goals);
  say("actions", spec.actions, &Episode::actions, &LabelledStates::actions);
}

/// Logs what some episodes do not have; training and held-out errors do not need it.
void say_unknown(const JoinedFiles& joined) {
  const Episodes& episodes = joined.dataset.episodes;
  const auto say = [&](const char* what, const auto& is_unknown) {
    std::size_t count = 0;
    std::uint64_t first = 0;
    for (const Episode& e : episodes) {
      if (is_unknown(e) && count++ == 0) first = e.index;
    }
    if (count == 0) return;
    spdlog::info("data: {} of {} episodes have no {} (the first: {}); training does not need this", count,
                 episodes.size(), what, joined.places[first]);
  };
  say("observation after their last action", [](const Episode& e) { return e.observations.rows() == e.steps(); });
  say("rewards, so their returns are unknown", [](const Episode& e) { return e.rewards.empty(); });
}

}  // namespace

std::vector<double> known_returns(const Dataset& dataset) {
  std::vector<double> returns;
  for (const Episode& e : dataset.episodes) {
    if (e.rewards.empty()) return {};
    returns.push_back(e.total_reward());
  }
  return returns;
}

void use_memory(const Experiment& e) { set_episode_memory(static_cast<std::uint64_t>(std::ldexp(e.train.memory, 30))); }

JoinedFiles join_files(std::span<const std::string> files, bool mixed, const ColumnChoice& choice,
                       std::span<const double> weights) {
  JoinedFiles joined;
  Dataset& all = joined.dataset;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Dataset more = read_recording(files[i], choice);
    const Sizes sizes = sizes_of(more, files[i]);
    if (i == 0) {
      all.info = more.info;
    } else {
      if (const Sizes first = sizes_of(all, files.front()); sizes != first) {
        throw_input_error("{}: has {}, but {} has {}", files[i], words(sizes), files.front(), words(first));
      }
      if (!mixed) refuse_differences(files[i], differences(all.info, more.info), files.front());
      all.info = fm::joined(all.info, more.info);
    }
    for (std::size_t k = 0; k < more.episodes.size(); ++k) {
      joined.places.push_back(fmt::format("{}: episode {}", files[i], more.episodes.index(k)));
    }
    scale_weights(more, weights.empty() ? 1.0 : weights[i], files[i]);
    agree_on_states(all, more);
    append(all, std::move(more));
  }
  all.episodes.renumber();
  return joined;
}

std::vector<std::string> matching_files(std::span<const std::string> patterns) {
  std::vector<std::string> files;
  for (const std::string& pattern : patterns) {
    const std::filesystem::path path(pattern);
    if (std::filesystem::exists(path) || pattern.find_first_of("*?") == std::string::npos) {
      files.push_back(pattern);
      continue;
    }
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    std::vector<std::string> found;
    std::error_code unused;
    for (const auto& entry : std::filesystem::directory_iterator(folder, unused)) {
      const std::string name = entry.path().filename().string();
      if (::fnmatch(path.filename().c_str(), name.c_str(), FNM_PERIOD) == 0) found.push_back(entry.path().string());
    }
    if (found.empty()) throw_input_error("data.files: no file matches '{}'", pattern);
    std::ranges::sort(found);
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

Dataset read_user_data(const Experiment& e, bool warn) {
  std::vector<std::string> files;
  std::vector<double> weights;
  for (std::size_t i = 0; i < e.data.files.size(); ++i) {
    const std::vector<std::string> found = matching_files({&e.data.files[i], 1});
    files.insert(files.end(), found.begin(), found.end());
    if (!e.data.weights.empty()) weights.resize(files.size(), e.data.weights[i]);
  }
  JoinedFiles joined = join_files(files, e.data.mixed, e.data.choice, weights);
  const std::string source =
      files.size() == 1 ? files.front() : fmt::format("{} and {} more", files[0], files.size() - 1);
  const EnvSpec spec = spec_for(e, joined.dataset, source);
  if (e.has_env() && !e.data.mixed) {
    refuse_differences(source, differences(dataset_info(e), joined.dataset.info), "the experiment's env");
  }
  if (const std::string beyond = action_beyond_bounds(joined.dataset, spec, joined.places); !beyond.empty()) {
    if (!e.data.mixed) {
      throw_input_error("{} (data.mixed: true accepts such actions{})", beyond,
                        e.has_env() ? ", which are clipped when they are executed" : " and widens the bounds");
    }
    if (!e.has_env()) joined.dataset.info.env_spec = spec_to_json(widened(spec, joined.dataset));
  }
  if (e.policy.horizon.largest_delay > 0) refuse_other_executed(joined);
  if (warn) {
    say_what(joined.dataset, spec);
    say_unknown(joined);
    for (const std::string& text : look_for_mistakes(joined.dataset, joined.places)) spdlog::warn("data: {}", text);
  }
  return std::move(joined.dataset);
}

void leave_out_short_episodes(const Experiment& e, Dataset& dataset, bool say) {
  const Eigen::Index horizon = e.policy.horizon.prediction;
  if (horizon > 1 && dataset.uniform_states.actions.rows() > 0) {
    throw InputError(
        "policy.horizon.prediction: labelled states (/uniform_states) have a single action each; set 1, or remove "
        "them");
  }
  const Episodes& all = dataset.episodes;
  std::vector<std::size_t> long_enough;
  std::optional<std::uint64_t> first;  // that is too short
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all.steps(i) >= horizon) {
      long_enough.push_back(i);
    } else if (!first) {
      first = all.index(i);
    }
  }
  if (!first) return;
  const bool pad = e.data.short_episodes == "pad";
  if (say)
    spdlog::info("data: {} of {} episodes (the first: {}) have fewer steps than policy.horizon.prediction: {}; {}",
                 all.size() - long_enough.size(), all.size(), *first, horizon,
                 pad ? "their last action is repeated" : "they are left out");
  if (!pad) {
    const auto choose = [&](auto& of_episodes) {
      if (of_episodes.empty()) return;
      for (std::size_t k = 0; k < long_enough.size(); ++k) of_episodes[k] = of_episodes[long_enough[k]];
      of_episodes.resize(long_enough.size());
    };
    choose(dataset.weights);
    choose(dataset.sides);
    dataset.episodes = all.subset(long_enough);
  }
  if (dataset.episodes.empty()) {
    throw_input_error("data.short_episodes: no episode has {} steps; set pad, or a smaller policy.horizon.prediction",
                      horizon);
  }
}

void check_data_fits(const Dataset& dataset, const EnvSpec& spec, const std::string& file) {
  const Sizes sizes = sizes_of(dataset, file);
  const Sizes wanted{static_cast<Eigen::Index>(spec.observations.size()),
                     static_cast<Eigen::Index>(spec.actions.size()), static_cast<Eigen::Index>(spec.goals.size())};
  if (sizes == wanted) return;
  throw_input_error("{}: has {}, but environment '{}' has {} (to train on the data alone, set env.name: none)", file,
                    words(sizes), spec.name, words(wanted));
}

void check_agrees(const DatasetInfo& info, const EnvSpec& policy, const std::string& file) {
  const DatasetInfo wanted{
      .env = "", .env_options = "", .expert = "", .git_commit = "", .env_spec = spec_to_json(policy)};
  refuse_differences(file, differences(wanted, info), "the policy's training data");
}

EnvSpec spec_for(const Experiment& e, const Dataset& dataset, const std::string& file) {
  const EnvSpec spec = e.has_env() ? make_env(e.env).spec : spec_of_data(dataset, file);
  check_data_fits(dataset, spec, file);
  return spec;
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
