#include "libfm/data/zip_file.hpp"

#include "libfm/core/error.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>

namespace fm {
namespace {

constexpr std::uint64_t large_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t max_expansion = 1100;  ///< of deflate, whose limit is 1032
constexpr zip_int64_t most_members = 100'000;

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

}  // namespace

struct ZipFile::State {
  zip_t* archive = nullptr;
  ~State() { zip_discard(archive); }
};

ZipFile::ZipFile(const std::filesystem::path& file) : file_(file.string()), state_(std::make_unique<State>()) {
  int error = 0;
  state_->archive = zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (state_->archive == nullptr) throw_input_error("{}: is not a valid ZIP file: {}", file_, text_of(error));
  const zip_int64_t count = zip_get_num_entries(state_->archive, 0);
  if (count > most_members) throw_input_error("{}: has {} members, more than {}", file_, count, most_members);
  std::set<std::string> names;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(state_->archive, static_cast<zip_uint64_t>(i), 0, &stat) != 0 ||
        (stat.valid & needed) != needed) {
      throw_input_error("{}: member {} is damaged", file_, i);
    }
    if (!names.insert(stat.name).second) throw_input_error("{}: has two members named {}", file_, stat.name);
    members_.push_back({stat.name, stat.size, stat.comp_size});
  }
}

ZipFile::~ZipFile() = default;

std::string ZipFile::read(std::size_t member) const {
  const Member& m = members_[member];
  if (m.size > large_bytes && m.stored < m.size / max_expansion) {
    throw_input_error("{}: {}: declares {} bytes but stores only {}, which is implausible", file_, m.name, m.size,
                      m.stored);
  }
  return read_first(member, m.size);
}

std::string ZipFile::read_first(std::size_t member, std::uint64_t bytes) const {
  const Member& m = members_[member];
  const auto fail = [&](const char* why) { throw_input_error("{}: {}: cannot be read: {}", file_, m.name, why); };
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> opened(zip_fopen_index(state_->archive, member, 0),
                                                                 zip_fclose);
  if (!opened) fail(zip_strerror(state_->archive));
  std::string content(std::min(bytes, m.size), '\0');
  if (zip_fread(opened.get(), content.data(), content.size()) != static_cast<zip_int64_t>(content.size())) {
    fail(zip_file_strerror(opened.get()));
  }
  // The checksum is compared when the end is reached.
  if (char more = 0; content.size() == m.size && zip_fread(opened.get(), &more, 1) != 0) {
    fail(zip_file_strerror(opened.get()));
  }
  return content;
}

bool is_zip(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) return false;  // opening a pipe would wait
  std::array<char, 4> begin{};
  std::ifstream(file, std::ios::binary).read(begin.data(), begin.size());
  const std::string_view found(begin.data(), begin.size());
  return found == std::string_view("PK\3\4", 4) || found == std::string_view("PK\5\6", 4);
}

}  // namespace fm
