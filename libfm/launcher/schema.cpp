// fm schema: the JSON Schema of experiment files, for editors.

#include "libfm/config/schema.hpp"

#include "libfm/config/reference.hpp"
#include "libfm/launcher/commands.hpp"

#include <fmt/core.h>

#include <memory>

namespace fm {

void add_schema(CLI::App& app) {
  CLI::App* command = app.add_subcommand("schema", "print the JSON Schema of experiment files, for editors");
  auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "print the reference of all keys as Markdown instead");
  command->footer("Example: fm schema > schema.json");
  command->callback([markdown] {
    if (*markdown) {
      fmt::print("{}", reference_markdown(Experiment{}));
    } else {
      fmt::print("{}\n", json_schema(Experiment{}, "libfm experiment").dump(2));
    }
  });
}

}  // namespace fm
