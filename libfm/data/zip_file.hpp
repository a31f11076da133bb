#pragma once
// The members of a ZIP file from an untrusted source, by libzip. Nothing is written to the disk.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fm {

class ZipFile {
 public:
  struct Member {
    std::string name;
    std::uint64_t size;    ///< bytes, when unpacked
    std::uint64_t stored;  ///< bytes in the file
  };

  /// @throws InputError if the file is no ZIP file, is damaged, or has two members of the same name
  explicit ZipFile(const std::filesystem::path& file);
  ~ZipFile();
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  const std::vector<Member>& members() const { return members_; }

  /// The whole member, whose checksum has been compared, or its first bytes.
  /// @throws InputError if it is damaged, encrypted, or declares far more than it stores
  std::string read(std::size_t member) const;
  std::string read_first(std::size_t member, std::uint64_t bytes) const;

 private:
  struct State;

  std::string file_;
  std::unique_ptr<State> state_;
  std::vector<Member> members_;
};

/// Whether the file begins as ZIP files do.
bool is_zip(const std::filesystem::path& file);

}  // namespace fm
