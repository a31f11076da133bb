#pragma once
// HDF5's C interface with owners and exceptions. Only this folder's .cpp files include it.

#include <fmt/format.h>
#include <hdf5.h>

#include <stdexcept>
#include <utility>

namespace fm {

/// A call of HDF5 failed; what() is the library's own innermost reason. The readers and writers of this folder turn it
/// into an error that names the file and the object.
class Hdf5Failure : public std::runtime_error {
 public:
  Hdf5Failure();
};

/// An object of a file is not what may be read; what() says why.
class Hdf5Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw Hdf5Refusal(fmt::format(format, std::forward<Args>(args)...));
}

/// Passes on what HDF5 returned, or throws Hdf5Failure if it is negative.
template <class Status>
Status hdf5(Status status) {
  if (status < 0) throw Hdf5Failure();
  return status;
}

/// Owns one reference to an HDF5 object of any kind. @throws Hdf5Failure if it was not opened.
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

/// Keeps HDF5 from printing its error stack: what went wrong stands in the error that is thrown.
void silence_hdf5();

}  // namespace fm
