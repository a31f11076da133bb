#include "libfm/launcher/launch.hpp"

#include "libfm/config/suggestion.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/memory.hpp"
#include "libfm/experiment/experiment.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/nn/device.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

/// @throws std::invalid_argument for a name that the project's own tables or options have
void check_names(const fm::Registry& registry) {
  using Kind = fm::Registry::Kind;
  const auto check = [&](Kind kind, const char* what, std::vector<std::string> taken) {
    for (const char* option : {"name", "mlp", "time_embedding", fm::trained_policy}) taken.emplace_back(option);
    for (const auto& [name, entry] : registry.of(kind)) {
      if (std::ranges::find(taken, name) == taken.end()) continue;
      throw std::invalid_argument(fmt::format("registry: {} '{}' has a name that libfm uses", what, name));
    }
  };
  check(Kind::environment, "environment", fm::env_names());
  check(Kind::expert, "expert", fm::expert_names());
  check(Kind::network, "network", fm::network_names());
}

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
  fm::add_sweep(app);
  fm::add_report(app);
  fm::add_compare(app);
  fm::add_list(app);
  fm::add_info(app);
  fm::add_import(app);
  fm::add_export(app);
  fm::add_schema(app);
  fm::add_completion(app);
  if (argc > 1) check_command(app, argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return 0;
}

}  // namespace

int fm::launch(int argc, char** argv, Registry registry) {
  check_names(registry);
  Registry::install(std::move(registry));
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
  } catch (const c10::Error& e) {
    spdlog::error("fm: {}", fm::describe_error(e));
    return 1;
  } catch (const std::exception& e) {
    spdlog::error("fm: {}", e.what());
    return 1;
  }
}
