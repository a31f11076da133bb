// fm completion bash|zsh: a program for the shell that completes commands, flags, keys of the experiment and their values.

#include "libfm/config/config_field.hpp"
#include "libfm/launcher/commands.hpp"

#include <fmt/format.h>

#include <memory>

namespace fm {
namespace {

// A word KEY=VALUE is completed at its value. bash takes the words apart at '=', so only the value is replied there.
constexpr const char* shell_program = R"shell(
_fm_matching() {  # WORDS BEGIN END: the words that begin so, with END behind each
  local each
  for each in $1; do
    case $each in "$2"*) printf '%s\n' "$each$3" ;; esac
  done
}
_fm() {
  [ -n "$ZSH_VERSION" ] && emulate -L sh
  local line=${COMP_LINE:0:$COMP_POINT} word command="" key value w
  word=${line##* }
  for w in ${line#* }; do
    case " $_fm_commands " in *" $w "*) command=$w; break ;; esac
  done
  COMPREPLY=()
  if [ -z "$command" ] || { [ "$word" = "$command" ] && [ "${line% *}" = "${line%% *}" ]; }; then
    COMPREPLY=($(_fm_matching "$_fm_commands --help --version" "$word"))
  elif [[ $word == *=* ]]; then
    key=${word%%=*} value=${word#*=}
    COMPREPLY=($(_fm_matching "$(_fm_values "$key")" "$value"))
    [ -n "$ZSH_VERSION" ] && COMPREPLY=("${COMPREPLY[@]/#/$key=}")
  elif [[ $word == -* ]]; then
    COMPREPLY=($(_fm_matching "$(_fm_flags "$command")" "$word"))
  else
    COMPREPLY=($(_fm_matching "$_fm_keys" "$word" =))
    if [ -n "$word" ] && [ ${#COMPREPLY[@]} -gt 0 ]; then
      [ -z "$ZSH_VERSION" ] && compopt -o nospace 2>/dev/null
    else
      local IFS=$'\n'
      COMPREPLY=($(compgen -f -- "$word"))
      [ -z "$ZSH_VERSION" ] && compopt -o filenames 2>/dev/null
    fi
  fi
}
)shell";

std::string flags_of(const CLI::App& command) {
  std::string flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) flags += " --" + name;
  }
  return flags;
}

/// What completes the value of a field; empty if anything may stand there.
std::string values_of(const ConfigField& field) {
  if (field.shape == FieldShape::grid || field.shape == FieldShape::mapping) return "";
  if (field.type == ScalarType::boolean) return "true false";
  return fmt::format("{}{}", fmt::join(field.bounds.names, " "), field.shape == FieldShape::optional ? " null" : "");
}

std::string completion_script(const CLI::App& app) {
  std::string commands, flags, keys, values;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands += " " + command->get_name();
    flags += fmt::format("    {}) echo \"{}\" ;;\n", command->get_name(), flags_of(*command));
  }
  Experiment defaults;
  const ConfigField root = describe(defaults);
  for (const auto& [key, field] : all_fields(root)) {
    if (field->shape == FieldShape::section) continue;
    keys += " " + key;
    if (const std::string names = values_of(*field); !names.empty()) {
      values += fmt::format("    {}) echo \"{}\" ;;\n", key, names);
    }
  }
  return fmt::format(
      "_fm_commands=\"{}\"\n_fm_keys=\"{}\"\n_fm_flags() {{\n  case $1 in\n{}  esac\n}}\n"
      "_fm_values() {{\n  case $1 in\n{}  esac\n}}\n{}",
      commands, keys, flags, values, shell_program);
}

}  // namespace

void add_completion(CLI::App& app) {
  CLI::App* command = app.add_subcommand("completion", "print a program for bash or zsh that completes what fm takes");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->footer("Example: source <(scripts/fm completion bash)    in ~/.bashrc, or with zsh in ~/.zshrc");
  command->callback([&app, shell] {
    if (*shell == "zsh")
      fmt::print("autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n");
    fmt::print("{}complete -F _fm fm\n", completion_script(app));
  });
}

}  // namespace fm
