#pragma once
// An owned POSIX file descriptor, closed on destruction, and complete writes to it.

#include <filesystem>
#include <string>
#include <string_view>

namespace fm {

class FileDescriptor {
 public:
  /// Opens `file`, creating it with mode 0666 before umask if `flags` says so. Holds -1 with errno set on failure.
  /// @param flags those of open(2)
  FileDescriptor(const std::filesystem::path& file, int flags);
  /// Takes over an open one, or -1.
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor();

  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

/// Writes all of `content`. @return false with errno set on failure
bool write_all(const FileDescriptor& to, std::string_view content);

/// The message for the current errno.
std::string errno_text();

}  // namespace fm
