#include "libfm/core/file_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace fm {

FileDescriptor::FileDescriptor(const std::filesystem::path& file, int flags) {
  do {
    descriptor_ = ::open(file.c_str(), flags | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EINTR);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool write_all(const FileDescriptor& to, std::string_view content) {
  while (!content.empty()) {
    const ::ssize_t written = ::write(to.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string errno_text() { return std::generic_category().message(errno); }

}  // namespace fm
