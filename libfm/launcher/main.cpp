// fm: the launcher, which runs experiments.

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/memory.hpp"
#include "libfm/launcher/commands.hpp"

namespace {

int run(int argc, char** argv) {
  CLI::App app("libfm: flow-matching control policies, from expert data to a measured policy", "fm");
  app.require_subcommand(1);
  app.set_version_flag("--version", FM_VERSION);
  fm::add_run(app);
  fm::add_resume(app);
  fm::add_demo(app);
  fm::add_collect(app);
  fm::add_train(app);
  fm::add_eval(app);
  fm::add_test(app);
  fm::add_schema(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  fm::keep_freed_memory();
  fm::log_to_stderr();
  fm::note_signals();
  try {
    return run(argc, argv);
  } catch (const fm::Interrupted& e) {
    spdlog::warn("stopped by a signal");
    return 128 + e.signal();
  } catch (const fm::InputError& e) {
    spdlog::error("{}", e.what());
    return 2;
  } catch (const std::exception& e) {
    spdlog::error("fm: {}", e.what());
    return 1;
  }
}
