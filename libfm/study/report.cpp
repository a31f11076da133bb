#include "libfm/study/report.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/study/study_json.hpp"

#include <nlohmann/json.hpp>

namespace fm {
namespace {

/// @throws InputError if there is a file of this name that is no earlier report's
void check_ours(const std::filesystem::path& numbers) {
  if (!std::filesystem::exists(numbers)) return;
  const auto json = nlohmann::json::parse(read_file(numbers, 1 << 28), nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("format_version") && json.contains("groups")) return;
  throw_input_error("{}: is not the numbers of a report, which would replace it; choose another --out",
                    numbers.string());
}

}  // namespace

Study write_report(const std::vector<std::filesystem::path>& directories, const std::filesystem::path& file) {
  if (file.extension() != ".html") throw_input_error("{}: a report's name ends with .html", file.string());
  Study study = read_study(directories);
  std::filesystem::path numbers = file;
  numbers.replace_extension(".json");
  check_ours(numbers);
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  write_file_atomically(numbers, to_json(study).dump(2) + "\n");
  draw_report(numbers, file);
  return study;
}

}  // namespace fm
