#include "libfm/experiment/self_check.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/experiment/evaluation_stage.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace fm {
namespace {

std::vector<double> column(const std::filesystem::path& metrics, const char* name) {
  std::vector<double> values;
  std::ifstream in(metrics);
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    if (json.contains(name)) values.push_back(json[name]);
  }
  return values;
}

/// Evaluates the checkpoint once more, into evaluations/again. @return evaluation.json without its latency
nlohmann::json evaluate_again(const RunDirectory& run) {
  const auto folder = run.path() / "evaluations" / "again";
  evaluate_into(folder, {.checkpoint = run.best_checkpoint(), .experiment = run.experiment(), .data = run.data()});
  nlohmann::json json = nlohmann::json::parse(read_file(folder / "evaluation.json", 1 << 24));
  json.erase("latency");
  return json;
}

Check check_loss(const RunDirectory& run) {
  const std::vector<double> losses = column(run.imitation() / "metrics.jsonl", "train_loss");
  return {fmt::format("the training loss fell from {:.3f} to {:.3f}", losses.front(), losses.back()),
          losses.back() < losses.front()};
}

Check check_figures(const RunDirectory& run) {
  const bool exists = std::filesystem::exists(run.path() / "report.html");
  return {"figures and report are drawn", exists || !run.experiment().report.figures};
}

void check_returns(const nlohmann::json& evaluation, std::vector<Check>& checks) {
  if (evaluation["policy"].is_null()) return;
  const double policy = evaluation["policy"]["return"]["mean"];
  checks.push_back({fmt::format("the policy acts: return {:.0f}", policy), std::isfinite(policy)});
  if (evaluation["expert"].is_null()) return;
  const double success = evaluation["expert"]["success"];
  checks.push_back({fmt::format("the expert succeeds in {:.0f} % of the episodes", 100 * success), success > 0.0});
}

}  // namespace

Experiment shrink(Experiment e) {
  e.name += "_test";
  e.collect.episodes = std::min<std::int64_t>(e.collect.episodes, 50);
  e.collect.uniform_states = std::min<std::int64_t>(e.collect.uniform_states, 5000);
  e.train.epochs = e.imitates() ? std::clamp(e.train.epochs, 1, 60) : 0;
  e.train.steps = 0;
  e.train.rollout.every = std::min(e.train.rollout.every, 20);
  e.train.rollout.episodes = std::min(e.train.rollout.episodes, 20);
  e.rl.steps = std::min(e.rl.steps, 4 * e.rl.rows());
  e.eval.episodes = std::min<std::int64_t>(e.eval.episodes, 100);
  e.eval.grid = {};
  e.collect.rounds = std::min(e.collect.rounds, 1);
  e.collect.round_episodes = std::min<std::int64_t>(e.collect.round_episodes, 20);
  e.collect.round_epochs = std::min(e.collect.round_epochs, 5);
  return e;
}

std::vector<Check> check_run(const RunDirectory& run) {
  nlohmann::json evaluation = nlohmann::json::parse(read_file(run.path() / "evaluation.json", 1 << 24));
  std::vector<Check> checks;
  if (run.experiment().imitates()) checks.push_back(check_loss(run));
  check_returns(evaluation, checks);
  evaluation.erase("latency");
  checks.push_back(
      {"a second evaluation of the checkpoint gives identical metrics", evaluate_again(run) == evaluation});
  checks.push_back(check_figures(run));
  return checks;
}

}  // namespace fm
