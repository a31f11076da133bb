// fm: the launcher, which runs experiments.

#include "libfm/config/suggestion.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/memory.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/nn/device.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

namespace {

/// @throws fm::InputError for the name of a command that does not exist
void check_command(const CLI::App& app, const std::string& name) {
  if (name.starts_with('-')) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, name) != names.end()) return;
  const std::string hint = fm::suggest_name(name, names);
  fm::throw_input_error("unknown command '{}'{}", name,
                        hint.empty() ? fmt::format(" (known: {})", fmt::join(names, ", ")) : hint);
}

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
  fm::add_info(app);
  fm::add_schema(app);
  if (argc > 1) check_command(app, argv[1]);
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
  } catch (const std::bad_alloc&) {
    spdlog::error("fm: there is not enough memory");
    return 1;
  } catch (const c10::OutOfMemoryError& e) {
    spdlog::error("{}", fm::memory_problem(e));
    return 1;
  } catch (const c10::Error& e) {
    const std::string text = e.what_without_backtrace();
    spdlog::error("fm: {}", text.substr(0, text.find('\n')));
    return 1;
  } catch (const std::exception& e) {
    spdlog::error("fm: {}", e.what());
    return 1;
  }
}
