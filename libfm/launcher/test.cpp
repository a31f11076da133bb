// fm test [EXPERIMENT]: runs the whole pipeline at reduced size, in under a minute, as a self-check of this machine.

#include "libfm/core/error.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/preflight.hpp"
#include "libfm/experiment/self_check.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {
namespace {

/// Of an experiment file, a run at reduced size; else the file or run directory itself.
std::string shrunk_run(const std::string& file, const Experiment& needing) {
  if (!is_experiment(file)) return file;
  const RunDirectory run = RunDirectory::create(shrink(needed_experiment(file, needing)), LastStage::train);
  run_stages(run);
  return run.path().string();
}

}  // namespace

void add_test(CLI::App& app) {
  CLI::App* command = app.add_subcommand("test", "run the whole pipeline at reduced size, as a check of this machine");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command, /*file_is_required=*/false);
  command->footer("Example: fm test experiments/pendulum.yaml");
  command->callback([arguments] {
    const auto experiment = arguments->read("run the whole pipeline at reduced size", preflight);
    if (!experiment) return;
    Experiment small = shrink(*experiment);
    use_machine(small);
    if (learns_from_teacher(small.policy.name)) small.policy.teacher = shrunk_run(*small.policy.teacher, small);
    if (small.expert.name == trained_policy) small.expert.policy.from = shrunk_run(small.expert.policy.from, small);
    const RunDirectory run = RunDirectory::create(small, LastStage::report);
    print_run(run);
    const std::vector<Check> checks = check_run(run);
    for (const Check& check : checks) fmt::print(stderr, "{} {}\n", check.passed ? "ok    " : "FAILED", check.what);
    for (const Check& check : checks) {
      if (!check.passed) throw MachineError("this machine did not pass the self-check");
    }
  });
}

}  // namespace fm
