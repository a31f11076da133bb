#include "libfm/config/yaml_files.hpp"

#include "libfm/config/bases.hpp"
#include "libfm/config/yaml_text.hpp"
#include "libfm/config/yaml_value.hpp"
#include "libfm/core/error.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace fm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 1 << 20;

std::string read_text(const fs::path& file) {
  std::error_code error;
  const auto status = fs::status(file, error);
  if (!fs::exists(status)) {
    throw_input_error("{}: {}", file.string(), error ? error.message() : "No such file or directory");
  }
  if (fs::is_directory(status)) {
    throw_input_error("{}: is a directory, where a YAML file is expected", file.string());
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_input_error("{}: cannot be opened for reading", file.string());
  std::string text(max_file_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) throw_machine_error("{}: cannot be read", file.string());
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_file_bytes)
    throw_input_error("{}: is larger than 1 MiB, the limit for a configuration file", file.string());
  return text;
}

/// The map at the top of a text; refused, and reported, if there is none.
YamlNode parse_top(std::string_view text, Problems& problems) {
  YamlNode refused = {.kind = YamlKind::refused};
  if (const auto defect = find_text_defect(text)) {
    problems.add(defect->place, "", defect->problem);
    return refused;
  }
  std::optional<YamlNode> node = parse_yaml(text, "", problems);
  if (!node || node->kind == YamlKind::null) {
    problems.add(TextPlace(), "", "is empty: it needs at least one key, or {} for all defaults");
    return refused;
  }
  if (node->kind != YamlKind::map && node->kind != YamlKind::refused) {
    problems.add(node->place, "", "expects `key: value` lines at the top, found " + node_words(*node));
    return refused;
  }
  return *std::move(node);
}

/// Without "..", where this names the same file.
fs::path shortest(const fs::path& path) {
  std::error_code error;
  const fs::path normal = path.lexically_normal();
  return fs::equivalent(normal, path, error) ? normal : path;
}

std::string identity(const fs::path& file) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(file, error);
  return error ? file.string() : canonical.string();
}

class Loader {
 public:
  Loader(Bases allowed, Problems& problems) : allowed_(allowed), problems_(problems) {}

  /// From the last file to be applied to the first: the bases are visited backwards, so that of several occurrences of
  /// a file the last one counts.
  void visit(const fs::path& file, std::string text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
    const int order = -static_cast<int>(files_.size());
    const std::shared_ptr<const Source> source(
        new Source{without_controls(file.string()), std::move(text), true, order});
    problems_.begin(source);
    YamlNode top = parse_top(source->text, problems_);
    if (top.kind == YamlKind::refused) problems_.fail_all();
    const YamlNode bases = take_bases(top, problems_);
    files_.push_back({source, std::move(top)});
    chain_.push_back({file.string(), identity(file)});
    for (std::size_t i = bases.items.size(); i-- > 0;) {
      const YamlNode& base = bases.items[i];
      problems_.begin(source);
      visit_base(shortest(file.parent_path() / base.text), base.place);
    }
    chain_.pop_back();
  }

  std::vector<YamlFile> take() {
    std::ranges::reverse(files_);
    return std::move(files_);
  }

 private:
  struct Link {
    std::string file;
    std::string id;
  };

  void visit_base(const fs::path& file, TextPlace place) {
    if (allowed_ == Bases::refused) return refuse(place, "cannot be used here: this configuration must be complete");
    const std::string id = identity(file);
    if (auto link = std::ranges::find(chain_, id, &Link::id); link != chain_.end()) {
      std::string cycle;
      for (; link != chain_.end(); ++link) cycle += link->file + " -> ";
      return refuse(place, "the files are based on one another: " + cycle + file.string());
    }
    if (!visited_.insert(id).second) return;
    try {
      visit(file, read_text(file));
    } catch (const InputError& error) {
      refuse(place, error.what());
    }
  }

  void refuse(TextPlace place, const std::string& problem) {
    problems_.add(place, std::string(base_key), without_controls(problem));
    problems_.fail_all();
  }

  Bases allowed_;
  Problems& problems_;
  std::vector<YamlFile> files_;
  std::vector<Link> chain_;  ///< from the first file to the one being visited
  std::set<std::string> visited_;
};

}  // namespace

std::vector<YamlFile> load_yaml(const fs::path& file, Bases bases, Problems& problems) {
  return parse_yaml_file(read_text(file), file.string(), bases, problems);
}

std::vector<YamlFile> parse_yaml_file(std::string_view text, const std::string& name, Bases bases, Problems& problems) {
  Loader loader(bases, problems);
  loader.visit(name, std::string(text));
  return loader.take();
}

}  // namespace fm
