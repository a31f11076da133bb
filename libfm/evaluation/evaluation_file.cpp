#include "libfm/evaluation/evaluation_file.hpp"

#include "libfm/data/column_attributes.hpp"
#include "libfm/data/hdf5_writer.hpp"
#include "libfm/evaluation/explorer.hpp"
#include "libfm/evaluation/flow_figures.hpp"
#include "libfm/evaluation/motion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace fm {
namespace {

/// The shown episodes as one array (K, rows, columns), padded with NaN after an episode's end.
template <class Get>
void stack(Hdf5Writer& out, const std::string& path, std::span<const Episode> episodes, Get get) {
  Eigen::Index rows = 0, columns = 0;
  for (const Episode& episode : episodes) {
    const auto& part = get(episode);
    rows = std::max(rows, part.rows());
    columns = part.cols();
  }
  std::vector<double> values(episodes.size() * static_cast<std::size_t>(rows * columns),
                             std::numeric_limits<double>::quiet_NaN());
  auto next = values.begin();
  for (const Episode& episode : episodes) {
    const auto& part = get(episode);
    std::copy(part.data(), part.data() + part.size(), next);
    next += rows * columns;
  }
  out.array(path, {episodes.size(), static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns)},
            std::span<const double>(values));
}

void write_rewards(Hdf5Writer& out, const std::string& path, std::span<const Episode> episodes) {
  std::size_t steps = 0;
  for (const Episode& episode : episodes) steps = std::max(steps, episode.rewards.size());
  std::vector<double> values;
  for (const Episode& episode : episodes) {
    values.insert(values.end(), episode.rewards.begin(), episode.rewards.end());
    values.resize(values.size() + steps - episode.rewards.size(), std::numeric_limits<double>::quiet_NaN());
  }
  out.array(path, {episodes.size(), steps}, std::span<const double>(values));
}

void write_actor(Hdf5Writer& out, const std::string& group, const std::vector<Episode>& episodes, const EnvSpec& spec) {
  out.group(group);
  std::vector<double> returns;
  std::vector<std::uint8_t> success;
  for (const Episode& episode : episodes) {
    returns.push_back(episode.total_reward());
    success.push_back(episode.success);
  }
  out.array(group + "/returns", {returns.size()}, std::span<const double>(returns));
  out.array(group + "/success", {success.size()}, std::span<const std::uint8_t>(success));
  const auto shown =
      std::span(episodes).first(std::min(static_cast<std::size_t>(shown_episodes(spec)), episodes.size()));
  stack(out, group + "/observations", shown, [](const Episode& e) -> const Matrix& { return e.observations; });
  stack(out, group + "/actions", shown, [](const Episode& e) -> const Matrix& { return e.actions; });
  if (shown.front().goals.cols() > 0) {
    stack(out, group + "/goals", shown, [](const Episode& e) -> const Matrix& { return e.goals; });
  }
  stack(out, group + "/states", shown, [](const Episode& e) -> const Matrix& { return e.states; });
  write_rewards(out, group + "/rewards", shown);
}

/// Recorded actions (T, A) of some episodes, and samples (S, T, A).
void write_predicted(Hdf5Writer& out, const std::vector<PredictedEpisode>& episodes) {
  if (episodes.empty()) return;
  out.group("/predictions");
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const PredictedEpisode& episode = episodes[i];
    const std::string group = fmt::format("/predictions/{}", i);
    const FloatMatrix recorded = episode.recorded.cast<float>();
    std::vector<float> samples;
    for (const Matrix& sampled : episode.sampled) {
      const FloatMatrix narrow = sampled.cast<float>();
      samples.insert(samples.end(), narrow.data(), narrow.data() + narrow.size());
    }
    const auto steps = static_cast<std::uint64_t>(recorded.rows()), width = static_cast<std::uint64_t>(recorded.cols());
    out.group(group);
    out.array(group + "/recorded", {steps, width},
              std::span<const float>(recorded.data(), static_cast<std::size_t>(recorded.size())));
    out.array(group + "/sampled", {episode.sampled.size(), steps, width}, std::span<const float>(samples));
  }
}

void describe(Hdf5Writer& out, const EvaluationFileInput& input) {
  out.attribute("/", "format_version", std::uint64_t{1});
  out.attribute("/", "env", input.spec().name);
  out.attribute("/", "expert", input.expert);
  out.attribute("/", "time_step", input.spec().time_step);
  out.attribute("/", "horizon", static_cast<std::uint64_t>(input.spec().horizon));
  write_column_attributes(out, "/", "observation", input.spec().observations);
  write_column_attributes(out, "/", "action", input.spec().actions);
  write_column_attributes(out, "/", "state", input.spec().states);
  write_column_attributes(out, "/", "goal", input.spec().goals);
  if (!input.model) return;
  const PolicyDescription& description = input.model->description();
  out.attribute("/", "policy", description.policy.name);
  out.attribute("/", "solver", description.sampler.solver);
  out.attribute("/", "steps", static_cast<std::uint64_t>(description.sampler.steps));
}

}  // namespace

const EnvSpec& EvaluationFileInput::spec() const { return env_factory ? env_factory.spec : model->description().spec; }

std::unique_ptr<VectorEnv> EvaluationFileInput::env_in(const Matrix& states) const {
  const auto count = static_cast<int>(states.rows());
  std::vector<int> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  std::unique_ptr<VectorEnv> env = env_factory.make(count);
  env->reset(rows, std::vector<std::uint64_t>(rows.size(), 0), RandomStream(0, "landmark"));
  env->set_states(rows, states);
  if (goal.empty()) return env;
  env->set_goals(rows, Eigen::Map<const Eigen::RowVectorXd>(goal.data(), std::ssize(goal)).replicate(count, 1));
  return env;
}

void write_evaluation_file(const std::filesystem::path& file, const EvaluationFileInput& input,
                           const Evaluation& evaluation) {
  Hdf5Writer out;
  describe(out, input);
  if (!evaluation.expert_episodes.empty()) write_actor(out, "/expert", evaluation.expert_episodes, input.spec());
  if (!evaluation.policy_episodes.empty()) write_actor(out, "/policy", evaluation.policy_episodes, input.spec());
  if (input.model && input.env_factory) {
    write_flow_figures(out, input, evaluation.seed);
    write_explorer(out, input, evaluation);
  }
  if (input.env_factory) write_motion(out, input.env_factory, evaluation);
  write_predicted(out, evaluation.predicted);
  out.save(file);
}

}  // namespace fm
