#pragma once
// A POSIX file descriptor that closes itself, and whole writes and forced writes to it.

#include <filesystem>
#include <string>
#include <string_view>

namespace fm {

class FileDescriptor {
 public:
  /// @param flags of open(2). Holds -1 where opening failed; errno then tells why.
  FileDescriptor(const std::filesystem::path& file, int flags);
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor();

  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

/// Writes all of `content`; false with errno set where it fails.
bool write_all(const FileDescriptor& to, std::string_view content);

/// What errno says, in words.
std::string errno_text();

}  // namespace fm
