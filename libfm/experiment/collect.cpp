#include "libfm/experiment/collect.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/folder_lock.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/core/progress.hpp"
#include "libfm/data/parts.hpp"
#include "libfm/env/stepper.hpp"
#include "libfm/experiment/expert.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace fm {
namespace {

constexpr std::int64_t most_in_part = 500;  ///< episodes
constexpr double part_seconds = 120.0;      ///< about, so that a kill loses little where planning an episode takes long

/// The collection options without those of DAgger rounds, whose data are stored with the run and not in the cache.
nlohmann::json expert_collection(CollectOptions options) {
  const CollectOptions defaults;
  options.rounds = defaults.rounds;
  options.round_episodes = defaults.round_episodes;
  options.round_epochs = defaults.round_epochs;
  return options_to_json(options);
}

/// Everything that determines the dataset's bytes.
nlohmann::json determinants(const Experiment& e) {
  return {{"env", options_to_json(portable(e.env))},
          {"env_content", env_content(e.env)},
          {"program", Registry::current().is_empty() ? "" : hash_file("/proc/self/exe")},
          {"expert", options_to_json(e.expert)},
          {"expert_content", expert_content(e)},
          {"collect", expert_collection(e.collect)},
          {"seed", e.seed},
          {"git_commit", git_commit()}};
}

void collect_episodes(const Experiment& e, const EnvFactory& env_factory, const PolicyFactory& make_expert,
                      const std::filesystem::path& parts, const DatasetInfo& info) {
  const std::set<std::uint64_t> collected = collected_episodes(parts, info);
  const auto total = static_cast<std::uint64_t>(e.collect.episodes);
  auto done = static_cast<std::int64_t>(std::distance(collected.begin(), collected.lower_bound(total)));
  Progress progress("collect", e.collect.episodes, "episodes", done);
  const std::int64_t least_in_part = std::min<std::int64_t>(4 * threads(), most_in_part);  // threads wait at its end
  std::int64_t size = least_in_part;
  for (std::uint64_t first = 0; first < total;) {
    if (collected.contains(first)) {
      ++first;
      continue;
    }
    const auto next = collected.lower_bound(first);
    const std::uint64_t end = next == collected.end() ? total : std::min(total, *next);
    const std::int64_t count = std::min(size, static_cast<std::int64_t>(end - first));
    const auto begin = std::chrono::steady_clock::now();
    write_part(parts, info,
               rollout(env_factory, make_expert,
                       {.episodes = count,
                        .first_episode = first,
                        .initial = RandomStream(e.seed, "collect"),
                        .action_noise = e.collect.noise,
                        .noise = RandomStream(e.seed, "collect noise"),
                        .label = {},
                        .goal_levels = e.collect.goal_levels}));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    size = std::clamp(std::lround(static_cast<double>(count) * part_seconds / std::max(1e-3, seconds.count())),
                      least_in_part, most_in_part);
    first += static_cast<std::uint64_t>(count);
    done += count;
    progress.update(done);
  }
}

/// States drawn uniformly within their bounds, each labelled with the expert's action as at an episode's first step.
LabelledStates label_uniform_states(const Experiment& e, const EnvFactory& env_factory,
                                    const PolicyFactory& make_expert) {
  if (e.collect.uniform_states == 0) return {};
  const int rows = static_cast<int>(e.collect.uniform_states);
  const std::unique_ptr<VectorEnv> env = env_factory.make(rows);
  const std::vector<Dimension>& bounds = env->spec().states;
  std::vector<int> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), 0);
  const std::vector<std::uint64_t> ids(all.begin(), all.end());
  const std::vector<std::uint32_t> steps(ids.size(), 0);
  const RandomStream stream(e.seed, "uniform states");
  Matrix states(rows, bounds.size());
  for (int i = 0; i < rows; ++i) {
    Draws draws = stream.at(ids[i]);
    for (std::size_t j = 0; j < bounds.size(); ++j) states(i, j) = draws.uniform(bounds[j].low, bounds[j].high);
  }
  const RandomStream goals(e.seed, "uniform states' goals");
  env->reset(all, ids, goals);
  env->set_states(all, states);
  if (e.collect.goal_levels > 0) set_goal_levels(*env, all, ids, e.collect.goal_levels, goals.child("goal levels"));
  const std::unique_ptr<Policy> expert = make_expert();
  expert->reset(rows, all);
  PolicyOutput output;
  expert->act({env->observations(), env->goals(), ids, steps, {}, &states}, output);
  return {env->observations(), env->goals(), output.actions};
}

}  // namespace

DatasetInfo dataset_info(const Experiment& e) {
  return {.env = e.env.name,
          .env_options = options_to_json(portable(e.env)).dump(),
          .expert = e.expert.name,
          .seed = e.seed,
          .noise = e.collect.noise,
          .git_commit = git_commit(),
          .env_spec = spec_to_json(make_env(e.env).spec)};
}

std::filesystem::path cache_directory(const Experiment& experiment) {
  return std::filesystem::absolute(experiment.runs).lexically_normal() / "cache";
}

std::filesystem::path collect(const Experiment& e) {
  if (!e.has_env()) throw InputError("collect: needs an environment (env.name is none)");
  const std::filesystem::path folder = cache_directory(e) / ("data_" + hash_text(determinants(e).dump()));
  const std::filesystem::path file = folder / "data.h5";
  std::filesystem::create_directories(folder);
  const FileDescriptor lock(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  wait_for_lock(lock, "collect: waiting for another process that collects the same data");
  if (std::filesystem::exists(file)) {
    std::filesystem::remove_all(folder / "parts");  // of a process that was killed before it did so
    spdlog::info("collect: found in the cache: {}", file.string());
    return file;
  }
  const EnvFactory env_factory = make_env(e.env);
  const PolicyFactory expert = expert_of(e, e.seed);
  const DatasetInfo info = dataset_info(e);
  collect_episodes(e, env_factory, expert, folder / "parts", info);
  merge_parts(folder / "parts", info, static_cast<std::uint64_t>(e.collect.episodes),
              label_uniform_states(e, env_factory, expert), file);
  std::filesystem::remove_all(folder / "parts");
  spdlog::info("collect: {} episodes{} in {}", e.collect.episodes,
               e.collect.uniform_states > 0 ? fmt::format(" and {} labelled states", e.collect.uniform_states) : "",
               file.string());
  return file;
}

}  // namespace fm
