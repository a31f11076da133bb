// fm demo EXPERIMENT: rolls out the expert and draws it. fm demo RUN_DIR|CHECKPOINT: the same of a trained policy.

#include "libfm/core/error.hpp"
#include "libfm/experiment/evaluation_stage.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

namespace fm {
namespace {

/// goal=1.5,0.0 stands for eval.goal=[1.5,0.0].
void write_out_goal(std::string& setting) {
  constexpr std::string_view key = "goal=";
  if (!setting.starts_with(key)) return;
  const std::string goal = setting.substr(key.size());
  if (goal.empty()) throw InputError("goal=: give the numbers of the goal, such as goal=1.5,0.0");
  setting = goal.starts_with('[') ? "eval.goal=" + goal : fmt::format("eval.goal=[{}]", goal);
}

void show_policy(const ExperimentArguments& arguments) {
  std::vector<std::string> overrides = {"eval.episodes=20"};
  overrides.insert(overrides.end(), arguments.overrides.begin(), arguments.overrides.end());
  evaluate_target({.target = arguments.file,
                   .overrides = std::move(overrides),
                   .visualize = true,
                   .print_config = arguments.print_config,
                   .dry_run = arguments.dry_run,
                   .without_grid = true});
}

void show_expert(const ExperimentArguments& arguments) {
  const auto experiment =
      arguments.read("roll out the expert and draw it", [](const Experiment& e, bool) { check_demonstration(e); });
  if (!experiment) return;
  use_machine(*experiment);
  const auto directory = create_demo_directory(*experiment);
  const std::string summary = demonstrate_into(directory, *experiment);
  if (experiment->report.figures) draw_figures(directory);
  print_result(summary, directory);
}

}  // namespace

void add_demo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("demo", "roll out the expert of an experiment, or a trained policy; draw it");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command);
  command->get_option("EXPERIMENT")->description("the experiment's YAML file; or a run directory or a checkpoint");
  command->footer(
      "goal=1.5,0.0 gives all episodes this goal (eval.goal).\n"
      "Examples: fm demo experiments/pendulum.yaml expert.name=optimal\n"
      "          fm demo runs/humanoid_velocity/20261127-113000_s0_1a2b3c goal=1.5,0.0");
  command->callback([arguments] {
    std::ranges::for_each(arguments->overrides, write_out_goal);
    write_out_goal(arguments->file);
    const bool is_trained = std::filesystem::is_directory(arguments->file) ||
                            std::filesystem::path(arguments->file).extension() == ".safetensors";
    (is_trained ? show_policy : show_expert)(*arguments);
  });
}

}  // namespace fm
