// fm sweep EXPERIMENT|SWEEP_DIR: runs the grid, zip and seeds of an experiment's `sweep:`, then reports.

#include "libfm/study/run_sweep.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"
#include "libfm/study/report.hpp"
#include "libfm/study/slurm.hpp"
#include "libfm/study/study_table.hpp"

#include <algorithm>
#include <memory>

namespace fm {
namespace {

struct SweepArguments {
  ExperimentArguments experiment{.sweeps = true};
  int jobs = 0;
  bool fail_fast = false;
  bool anew = false;
  bool on_slurm = false;
  SlurmOptions slurm;
};

void print_members(const std::vector<SweepMember>& members, int jobs) {
  Table table{{"member", "settings"}, {}};
  for (const SweepMember& m : members) table.rows.push_back({m.name, fmt::format("{}", fmt::join(m.settings, " "))});
  fmt::print("{}", format_table(table, TableFormat::text));
  fmt::print("{} runs, {} at a time\n", members.size(), jobs);
}

void report_results(const SweepDirectory& sweep) {
  const std::filesystem::path& path = sweep.path();
  const bool draws = sweep.experiment().report.figures;
  const Study study = draws ? write_report({path}, path / "report.html") : read_study({path});
  if (!draws) spdlog::info("to draw the report of the sweep: fm report {}", path.string());
  print_result(study_text(study, TableFormat::text), path);
}

void run_here(const SweepDirectory& sweep, const SweepRunOptions& options) {
  spdlog::info("sweep: {} members, {} at a time, in {}", sweep.members().size(), options.jobs, sweep.path().string());
  std::vector<std::string> failed;
  try {
    failed = run_members(sweep, options);
  } catch (...) {
    spdlog::warn("{} is not finished; to continue: fm sweep {}", sweep.experiment().name, sweep.path().string());
    throw;
  }
  report_results(sweep);
  if (failed.empty()) return;
  throw_machine_error("{} of {} members failed: {}; the same command tries them again", failed.size(),
                      sweep.members().size(), fmt::join(failed, ", "));
}

void run_on_slurm(const SweepDirectory& sweep, const SlurmOptions& options) {
  const SlurmStatus status = submit_to_slurm(sweep, options);
  spdlog::info("sweep: {} of {} members are done, {} wait or run, {} submitted{}", status.finished,
               sweep.members().size(), status.queued, status.submitted.size(),
               status.job.empty() ? "" : " as job " + status.job);
  if (status.finished == static_cast<int>(sweep.members().size())) return report_results(sweep);
  spdlog::info("the same command says what is done, submits what has failed or was lost, and reports in the end");
  print_result("", sweep.path());
}

/// Members that run at a time here.
int jobs_of(const SweepArguments& arguments, const Experiment& sweep, std::size_t members) {
  if (arguments.on_slurm) return 1;
  return arguments.jobs > 0 ? arguments.jobs : default_jobs(sweep, members);
}

/// Threads of each member, unless the sweep gives a number.
int threads_of(const SweepArguments& arguments, int jobs) {
  return arguments.on_slurm ? std::max(1, arguments.slurm.cpus) : threads_of_each(jobs);
}

void run_members_of(const SweepDirectory& sweep, const SweepArguments& arguments, int jobs) {
  if (!arguments.on_slurm) return run_here(sweep, {jobs, arguments.fail_fast});
  SlurmOptions slurm = arguments.slurm;
  if (slurm.cpus == 0) slurm.cpus = std::max(1, sweep.experiment().threads);
  run_on_slurm(sweep, slurm);
}

void continue_sweep(const SweepArguments& arguments, const std::filesystem::path& path) {
  const Experiment sweep = read_sweep(path);
  const int jobs = jobs_of(arguments, sweep, sweep_points(sweep.sweep).size());
  if (arguments.experiment.dry_run) return print_members(sweep_members(sweep), jobs);
  run_members_of(SweepDirectory::open(path, threads_of(arguments, jobs)), arguments, jobs);
}

void start_sweep(const SweepArguments& arguments, const Experiment& sweep) {
  const std::vector<SweepMember> members = sweep_members(sweep);
  const int jobs = jobs_of(arguments, sweep, members.size());
  check_members(members, arguments.on_slurm ? OnThisMachine::no : OnThisMachine::yes);
  if (arguments.experiment.dry_run) return print_members(members, jobs);
  run_members_of(SweepDirectory::create(sweep, members, threads_of(arguments, jobs)), arguments, jobs);
}

void start_or_continue(const SweepArguments& arguments) {
  const std::filesystem::path given = arguments.experiment.file;
  if (is_sweep(given)) {
    if (!arguments.experiment.overrides.empty() || arguments.experiment.print_config || arguments.anew) {
      throw_input_error(
          "{}: is a sweep that has begun, which can be continued only, without settings, --print-config or --new",
          given.string());
    }
    return continue_sweep(arguments, given);
  }
  ExperimentArguments reading = arguments.experiment;
  reading.dry_run = false;  // the members are printed instead
  const auto experiment = reading.read("");
  if (!experiment) return;
  if (experiment->sweep.is_empty()) {
    throw_input_error("{}: has no sweep; add one, such as sweep: {{seeds: [0, 1, 2]}}", given.string());
  }
  const auto begun = arguments.anew ? std::nullopt : find_sweep(*experiment);
  if (begun && !arguments.experiment.dry_run) return continue_sweep(arguments, *begun);
  start_sweep(arguments, *experiment);
}

void add_slurm_options(CLI::App& command, SweepArguments& arguments) {
  SlurmOptions& slurm = arguments.slurm;
  auto* flag = command.add_flag("--slurm", arguments.on_slurm, "submit the members as a Slurm job array");
  command.add_option("--partition", slurm.partition, "Slurm: the partition")->needs(flag);
  command.add_option("--time", slurm.time, "Slurm: time limit of a task, such as 02:00:00")->needs(flag);
  command.add_option("--array-limit", slurm.array_limit, "Slurm: tasks that run at a time")
      ->check(CLI::Range(1, 100000))
      ->needs(flag);
  command.add_option("--cpus", slurm.cpus, "Slurm: cores of each task (default: threads, or 1)")
      ->check(CLI::Range(1, 4096))
      ->needs(flag);
  command
      .add_option("--slurm-option", slurm.options,
                  "Slurm: a further option of sbatch, such as --slurm-option=--account=lab")
      ->needs(flag);
}

}  // namespace

void add_sweep(CLI::App& app) {
  CLI::App* command = app.add_subcommand("sweep", "run the grid, zip and seeds of an experiment's sweep, then report");
  auto arguments = std::make_shared<SweepArguments>();
  arguments->experiment.add_to(*command);
  command->add_option("--jobs", arguments->jobs, "members that run at a time (default: as many as there are cores for)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--fail-fast", arguments->fail_fast, "start no further members once one has failed");
  command->add_flag("--new", arguments->anew, "begin a new sweep, even if the same one has been run or begun");
  add_slurm_options(*command, *arguments);
  command->footer(
      "The same command continues a sweep that was interrupted, as does fm sweep SWEEP_DIR.\n"
      "Example: fm sweep experiments/pendulum.yaml 'sweep.grid={train.learning_rate: [1.0e-3, 2.0e-3]}' "
      "'sweep.seeds=[0, 1]'");
  command->callback([arguments] { start_or_continue(*arguments); });
}

}  // namespace fm
