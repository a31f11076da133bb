#include "libfm/core/atomic_file.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace fm {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const std::string& why) {
  throw_machine_error("{}: cannot be written: {}", file.string(), why);
}

[[noreturn]] void fail(const fs::path& file) { fail(file, errno_text()); }

/// Waits until no other process holds the file. Returns at once if the file system does not support locks.
void lock(const FileDescriptor& file) {
  struct ::flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  while (::fcntl(file.get(), F_OFD_SETLKW, &whole) != 0 && errno == EINTR) {
  }
}

bool is_still_at(const FileDescriptor& descriptor, const fs::path& path) {
  struct ::stat open = {}, there = {};
  return ::fstat(descriptor.get(), &open) == 0 && ::stat(path.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
}

/// The temporary file next to `target`, locked while it is written and removed unless put in place.
class Temporary {
 public:
  explicit Temporary(const fs::path& target)
      : target_(target), path_(target.string() + ".tmp"), descriptor_(open_locked(target, path_)) {
    if (::ftruncate(descriptor_.get(), 0) == 0) return;
    const std::string why = errno_text();
    ::unlink(path_.c_str());
    fail(target_, why);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!in_place_) ::unlink(path_.c_str());
  }

  const fs::path& path() const { return path_; }
  const FileDescriptor& descriptor() const { return descriptor_; }

  void put_in_place() {
    if (::fsync(descriptor_.get()) != 0) fail(target_);
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_);
    in_place_ = true;
    const fs::path folder = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
    const FileDescriptor parent(folder, O_RDONLY | O_DIRECTORY);
    if (!parent || (::fsync(parent.get()) != 0 && errno != EINVAL)) fail(folder);  // EINVAL: no fsync of folders
  }

 private:
  /// The previous holder of the lock may have renamed the file into place meanwhile; then another one is opened.
  static FileDescriptor open_locked(const fs::path& target, const fs::path& path) {
    for (;;) {
      FileDescriptor descriptor(path, O_WRONLY | O_CREAT | O_NOFOLLOW);
      if (!descriptor) fail(target);
      lock(descriptor);
      if (is_still_at(descriptor, path)) return descriptor;
    }
  }

  fs::path target_;
  fs::path path_;
  FileDescriptor descriptor_;
  bool in_place_ = false;
};

/// Calls use(chunk) for the file's content, piece by piece.
template <class Use>
void read_chunks(const fs::path& file, const Use& use) {
  const FileDescriptor descriptor(file, O_RDONLY);
  if (!descriptor) throw_input_error("{}: cannot be opened: {}", file.string(), errno_text());
  if (fs::is_directory(file)) throw_input_error("{}: is a folder, not a file", file.string());
  std::vector<char> chunk(1 << 18);
  for (;;) {
    const ::ssize_t got = ::read(descriptor.get(), chunk.data(), chunk.size());
    if (got == 0) return;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_machine_error("{}: cannot be read: {}", file.string(), errno_text());
    use(std::string_view(chunk.data(), static_cast<std::size_t>(got)));
  }
}

}  // namespace

void write_file_atomically(const fs::path& file, std::string_view content) {
  Temporary temporary(file);
  if (!write_all(temporary.descriptor(), content)) fail(file);
  temporary.put_in_place();
}

void replace_file_atomically(const fs::path& file, const std::function<void(const fs::path& tmp)>& write) {
  Temporary temporary(file);
  write(temporary.path());
  if (!is_still_at(temporary.descriptor(), temporary.path())) fail(file, "its temporary file was replaced");
  temporary.put_in_place();
}

void copy_file_atomically(const fs::path& from, const fs::path& to) {
  Temporary temporary(to);
  read_chunks(from, [&](std::string_view chunk) {
    if (!write_all(temporary.descriptor(), chunk)) fail(to);
  });
  temporary.put_in_place();
}

std::string read_file(const fs::path& file, std::uint64_t max_bytes) {
  std::string content;
  read_chunks(file, [&](std::string_view chunk) {
    content.append(chunk);
    if (content.size() > max_bytes) {
      throw_input_error("{}: is larger than {} bytes, the limit for this kind of file", file.string(), max_bytes);
    }
  });
  return content;
}

}  // namespace fm
