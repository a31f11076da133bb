// fm resume RUN_DIR [KEY=VALUE ...]: continues an interrupted run exactly where it stopped, or trains a run longer.

#include "libfm/experiment/pipeline.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace fm {

void add_resume(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("resume", "continue an interrupted run where it stopped, or train a run longer");
  auto path = std::make_shared<std::string>();
  command->add_option("RUN_DIR", *path, "the run's directory")->required();
  auto settings = std::make_shared<std::vector<std::string>>();
  command
      ->add_option("SETTING", *settings,
                   "train.epochs=N, train.steps=N or rl.steps=N to train longer; also train.patience, "
                   "rl.target_return, threads, device")
      ->option_text("KEY=VALUE ...");
  auto wait = std::make_shared<bool>(false);
  command->add_flag("--wait", *wait, "if another process is using the run, wait until it is done");
  command->footer("Example: fm resume runs/pendulum/20261123-101500_s0_1a2b3c train.epochs=300");
  command->callback([path, settings, wait] {
    RunDirectory run = RunDirectory::open(*path, *wait ? IfUsed::wait : IfUsed::refuse);
    run.change(*settings);
    use_machine(run.experiment());
    print_run(run);
  });
}

}  // namespace fm
