#include "libfm/data/hdf5_writer.hpp"

#include "libfm/core/error.hpp"
#include "libfm/data/hdf5_image.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace fm {
namespace {

constexpr hsize_t chunk_bytes = hsize_t{1} << 20;
constexpr unsigned creation_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

Hdf5Handle text_type(std::size_t size) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1));
  hdf5(H5Tset_size(type, std::max<std::size_t>(size, 1)));
  hdf5(H5Tset_strpad(type, H5T_STR_NULLPAD));
  hdf5(H5Tset_cset(type, H5T_CSET_UTF8));
  return type;
}

/// Chunks of about 1 MiB along the rows. An empty array is not chunked.
Hdf5Handle array_creation(const std::vector<hsize_t>& shape, std::size_t value_bytes) {
  Hdf5Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  hdf5(H5Pset_obj_track_times(creation, false));
  if (shape.empty() || std::find(shape.begin(), shape.end(), 0u) != shape.end()) return creation;
  const hsize_t row = std::accumulate(shape.begin() + 1, shape.end(), hsize_t{value_bytes}, std::multiplies<>());
  std::vector<hsize_t> chunk = shape;
  chunk[0] = std::clamp<hsize_t>(chunk_bytes / row, 1, shape[0]);
  hdf5(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()));
  hdf5(H5Pset_fletcher32(creation));
  return creation;
}

}  // namespace

struct Hdf5Writer::State {
  Hdf5Image image;
  hid_t file = image.file();

  /// Runs `work` and converts failures of HDF5 to MachineErrors.
  template <class Work>
  static void guard(const std::string& path, const Work& work) {
    try {
      work();
    } catch (const Hdf5Failure& failure) {
      throw_machine_error("{}: cannot be written by HDF5: {}", path, failure.what());
    }
  }

  void array(const std::string& path, const std::vector<std::uint64_t>& shape, hid_t type, const void* values) {
    guard(path, [&] {
      const std::vector<hsize_t> sizes(shape.begin(), shape.end());
      const Hdf5Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
      const Hdf5Handle creation = array_creation(sizes, H5Tget_size(type));
      const Hdf5Handle array(H5Dcreate2(file, path.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
      hdf5(H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    });
    image.check();
  }

  void attribute(const std::string& path, const std::string& name, hid_t type, const void* value) {
    guard(path, [&] {
      const Hdf5Handle space(H5Screate(H5S_SCALAR));
      const Hdf5Handle attribute(
          H5Acreate_by_name(file, path.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      hdf5(H5Awrite(attribute, type, value));
    });
  }
};

Hdf5Writer::Hdf5Writer() {
  silence_hdf5();
  State::guard("memory", [&] { state_ = std::make_unique<State>(); });
}

Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::group(const std::string& path) {
  State::guard(path, [&] {
    const Hdf5Handle creation(H5Pcreate(H5P_GROUP_CREATE));
    hdf5(H5Pset_obj_track_times(creation, false));
    hdf5(H5Pset_link_creation_order(creation, creation_order));
    const Hdf5Handle group(H5Gcreate2(state_->file, path.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT));
  });
}

void Hdf5Writer::array(const std::string& path, const std::vector<std::uint64_t>& shape,
                       std::span<const float> values) {
  state_->array(path, shape, H5T_IEEE_F32LE, values.data());
}

void Hdf5Writer::array(const std::string& path, const std::vector<std::uint64_t>& shape,
                       std::span<const double> values) {
  state_->array(path, shape, H5T_IEEE_F64LE, values.data());
}

void Hdf5Writer::array(const std::string& path, const std::vector<std::uint64_t>& shape,
                       std::span<const std::uint8_t> values) {
  state_->array(path, shape, H5T_STD_U8LE, values.data());
}

void Hdf5Writer::booleans(const std::string& path, std::span<const std::uint8_t> values) {
  State::guard(path, [&] {
    const Hdf5Handle type(H5Tenum_create(H5T_STD_I8LE));
    for (const std::int8_t value : {std::int8_t{0}, std::int8_t{1}}) {
      hdf5(H5Tenum_insert(type, value == 0 ? "FALSE" : "TRUE", &value));
    }
    state_->array(path, {values.size()}, type, values.data());
  });
}

void Hdf5Writer::texts(const std::string& path, const std::vector<std::string>& values) {
  std::size_t longest = 1;
  for (const std::string& value : values) longest = std::max(longest, value.size());
  std::string all;
  for (const std::string& value : values) all += value + std::string(longest - value.size(), '\0');
  State::guard(path, [&] { state_->array(path, {values.size()}, text_type(longest), all.data()); });
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, double value) {
  state_->attribute(path, name, H5T_IEEE_F64LE, &value);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::uint64_t value) {
  state_->attribute(path, name, H5T_STD_U64LE, &value);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::int64_t value) {
  state_->attribute(path, name, H5T_STD_I64LE, &value);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::string_view text) {
  const std::string terminated(text);
  State::guard(path, [&] { state_->attribute(path, name, text_type(text.size()), terminated.c_str()); });
}

void Hdf5Writer::save(const std::filesystem::path& file) {
  State::guard(file.string(), [&] { state_->image.save(file); });
}

}  // namespace fm
