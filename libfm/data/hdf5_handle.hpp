#pragma once
// RAII handles and exceptions for HDF5's C interface. Included only by .cpp and internal headers of this folder.

#include <fmt/format.h>
#include <hdf5.h>

#include <stdexcept>
#include <utility>

namespace fm {

/// An HDF5 call failed; what() is the library's innermost error message. The readers and writers of this folder convert
/// it to an error that names the file and the object.
class Hdf5Failure : public std::runtime_error {
 public:
  Hdf5Failure();
};

/// An object of a file is not acceptable; what() is the reason.
class Hdf5Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw Hdf5Refusal(fmt::format(format, std::forward<Args>(args)...));
}

/// Returns the status of an HDF5 call. @throws Hdf5Failure if it is negative.
template <class Status>
Status hdf5(Status status) {
  if (status < 0) throw Hdf5Failure();
  return status;
}

/// Owns one reference to an HDF5 object of any kind. @throws Hdf5Failure if the id is invalid.
class Hdf5Handle {
 public:
  explicit Hdf5Handle(hid_t id) : id_(hdf5(id)) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) H5Idec_ref(id_);
  }

  operator hid_t() const { return id_; }

 private:
  hid_t id_;
};

/// Disables the printing of HDF5's error stack; errors are reported as exceptions instead.
void silence_hdf5();

}  // namespace fm
