#pragma once
// Episodes of distinct synthetic numbers, for tests of files.

#include "libfm/data/episode_file.hpp"

inline fm::Matrix numbered(Eigen::Index rows, Eigen::Index columns, float first) {
  return fm::Matrix::NullaryExpr(
      rows, columns, [=](Eigen::Index i, Eigen::Index j) { return first + static_cast<float>(i * columns + j) / 8; });
}

/// An episode of `steps` steps, with O = 3, A = 1 and S = 2.
inline fm::Episode sample_episode(std::uint64_t index, int steps) {
  fm::Episode e;
  const float first = static_cast<float>(index) * 1000;
  e.index = index;
  e.observations = numbered(steps + 1, 3, first);
  e.actions = numbered(steps, 1, first + 100);
  e.states = numbered(steps + 1, 2, first + 200).cast<double>() / 3;
  e.goals.resize(steps + 1, 0);
  e.extras.resize(steps, 0);
  for (int i = 0; i < steps; ++i) e.rewards.push_back(-0.1 * i - static_cast<double>(index));
  e.terminated.assign(steps, 0);
  e.truncated.assign(steps, 0);
  e.truncated.back() = 1;
  e.success = index % 2 == 1;
  return e;
}

inline fm::Dataset sample_dataset(int episodes) {
  fm::Dataset dataset{.info = {.env = "pendulum",
                               .expert = "swing_up_lqr",
                               .seed = 18446744073709551615u,
                               .noise = 0.1,
                               .git_commit = "0123abc",
                               .env_spec = "{\"name\": \"pendulum\"}"},
                      .episodes = {},
                      .uniform_states = {}};
  for (int i = 0; i < episodes; ++i)
    dataset.episodes.push_back(sample_episode(static_cast<std::uint64_t>(i), 4 + i % 3));
  return dataset;
}

template <class Change>
void change_episodes(fm::Dataset& dataset, const Change& change) {
  std::vector<fm::Episode> all(dataset.episodes.begin(), dataset.episodes.end());
  for (fm::Episode& e : all) change(e);
  dataset.episodes = std::move(all);
}

template <class Change>
void change_episode(fm::Dataset& dataset, std::size_t number, const Change& change) {
  std::size_t i = 0;
  change_episodes(dataset, [&](fm::Episode& e) {
    if (i++ == number) change(e);
  });
}

inline bool same(const fm::Episode& a, const fm::Episode& b) {
  return a.index == b.index && a.observations == b.observations && a.actions == b.actions &&
         a.executed_actions == b.executed_actions && a.goals == b.goals && a.states == b.states &&
         a.rewards == b.rewards && a.terminated == b.terminated && a.truncated == b.truncated && a.success == b.success;
}

inline bool same(const fm::Dataset& a, const fm::Dataset& b) {
  return a.info == b.info && a.uniform_states.observations == b.uniform_states.observations &&
         a.uniform_states.goals == b.uniform_states.goals && a.uniform_states.actions == b.uniform_states.actions &&
         std::equal(a.episodes.begin(), a.episodes.end(), b.episodes.begin(), b.episodes.end(),
                    [](const fm::Episode& x, const fm::Episode& y) { return same(x, y); });
}
