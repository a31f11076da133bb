#include "libfm/data/hdf5_reader.hpp"

#include "libfm/data/hdf5_array.hpp"
#include "libfm/data/hdf5_attribute.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <system_error>
#include <unordered_set>

namespace fm {
namespace {

constexpr int max_soft_links = 8;  ///< one leading to the next
constexpr int most_dimensions = 8;

Hdf5Handle open_file(const std::filesystem::path& file) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  hdf5(H5Pset_file_locking(access, false, true));  // files are only read, and network file systems may lack locks
  return Hdf5Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

double number_of(const std::string& line, const std::string& name) {
  char* end = nullptr;
  const double value = std::strtod(line.c_str(), &end);
  if (line.empty() || *end != '\0') refuse("attribute '{}': '{}' is not a number", name, line);
  return value;
}

}  // namespace

struct Hdf5Reader::State {
  Hdf5Handle file;
  Hdf5Sizes sizes;
  std::unordered_set<std::string> found;  ///< paths known to exist within the file

  Hdf5Array array(const std::string& path, int least_rank, int most_rank) {
    return Hdf5Array(Hdf5Handle(H5Dopen2(file, path.c_str(), H5P_DEFAULT)), least_rank, most_rank, sizes);
  }

  Matrix matrix(const std::string& path, int least_rank, int most_rank) {
    const Hdf5Array source = array(path, least_rank, most_rank);
    Matrix values(source.rows(), source.columns());
    source.read(std::span(values.data(), static_cast<std::size_t>(values.size())));
    return values;
  }

  template <class T>
  std::vector<T> column(const std::string& path) {
    const Hdf5Array source = array(path, 1, 1);
    std::vector<T> values(source.rows());
    source.read(std::span(values));
    return values;
  }

  bool has_attribute(const std::string& path, const std::string& name) const {
    return hdf5(H5Aexists_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT)) > 0;
  }
};

Hdf5Reader::Hdf5Reader(const std::filesystem::path& file) : file_(file.string()) {
  std::error_code unused;
  if (!std::filesystem::is_regular_file(file, unused)) throw_input_error("{}: there is no such file", file_);
  silence_hdf5();
  try {
    state_ = std::make_unique<State>(State{open_file(file), {}, {}});
  } catch (const Hdf5Failure& failure) {
    throw_input_error("{}: is not a valid HDF5 file: {}", file_, failure.what());
  }
}

Hdf5Reader::~Hdf5Reader() = default;

/// Runs `work` and converts its errors to InputErrors that name the object.
template <class Work>
auto Hdf5Reader::guard(std::string_view path, const Work& work) const {
  try {
    return work();
  } catch (const Hdf5Refusal& refusal) {
    fail(path, "{}", refusal.what());
  } catch (const Hdf5Failure& failure) {
    fail(path, "cannot be read, the file is damaged or of another layout: {}", failure.what());
  }
}

/// Whether the object exists. Soft links, which stay within the file, are followed; external links are refused.
bool Hdf5Reader::find(const std::string& path, int soft_links) const {
  if (path == "/") return true;
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string step = path.substr(0, end);
    if (!state_->found.contains(step)) {
      if (hdf5(H5Lexists(state_->file, step.c_str(), H5P_DEFAULT)) == 0) return false;
      H5L_info_t link = {};
      hdf5(H5Lget_info(state_->file, step.c_str(), &link, H5P_DEFAULT));
      if (link.type == H5L_TYPE_SOFT) {
        if (soft_links == max_soft_links) refuse("leads through more than {} soft links", max_soft_links);
        if (!find(target_of(step, link.u.val_size), soft_links + 1)) return false;
      } else if (link.type != H5L_TYPE_HARD) {
        refuse("leads through {}, an external link, which is not followed", step);
      }
      state_->found.insert(step);
    }
    if (end == std::string::npos) return true;
  }
}

/// The path from the root that a soft link holds.
std::string Hdf5Reader::target_of(const std::string& link, std::size_t size) const {
  std::string target(size, '\0');
  hdf5(H5Lget_val(state_->file, link.c_str(), target.data(), size, H5P_DEFAULT));
  target = target.c_str();
  return target.starts_with('/') ? target : link.substr(0, link.rfind('/') + 1) + target;
}

void Hdf5Reader::check(const std::string& path) const {
  if (!find(path)) refuse("is missing");
}

bool Hdf5Reader::has(const std::string& path) const {
  return guard(path, [&] { return find(path); });
}

bool Hdf5Reader::is_group(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    return H5Iget_type(Hdf5Handle(H5Oopen(state_->file, path.c_str(), H5P_DEFAULT))) == H5I_GROUP;
  });
}

std::vector<std::uint64_t> Hdf5Reader::shape(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    const Hdf5Handle array(H5Dopen2(state_->file, path.c_str(), H5P_DEFAULT));
    const Hdf5Handle space(H5Dget_space(array));
    std::vector<hsize_t> sizes(static_cast<std::size_t>(hdf5(H5Sget_simple_extent_ndims(space))));
    hdf5(H5Sget_simple_extent_dims(space, sizes.data(), nullptr));
    return std::vector<std::uint64_t>(sizes.begin(), sizes.end());
  });
}

std::vector<std::string> Hdf5Reader::names(const std::string& group) const {
  return guard(group, [&] {
    check(group);
    const Hdf5Handle opened(H5Gopen2(state_->file, group.c_str(), H5P_DEFAULT));
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
      static_cast<std::vector<std::string>*>(to)->emplace_back(name);
      return 0;
    };
    hdf5(H5Literate(opened, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add, &names));
    return names;
  });
}

Matrix Hdf5Reader::matrix(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    return state_->matrix(path, 2, 2);
  });
}

Matrix Hdf5Reader::columns(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    return state_->matrix(path, 1, most_dimensions);
  });
}

std::vector<double> Hdf5Reader::numbers(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    return state_->column<double>(path);
  });
}

std::vector<std::uint8_t> Hdf5Reader::flags(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    return state_->column<std::uint8_t>(path);
  });
}

std::vector<std::string> Hdf5Reader::texts(const std::string& path) const {
  return guard(path, [&] {
    check(path);
    return state_->column<std::string>(path);
  });
}

std::optional<double> Hdf5Reader::number(const std::string& path, const std::string& name) const {
  return guard(path, [&]() -> std::optional<double> {
    check(path);
    if (!state_->has_attribute(path, name)) return std::nullopt;
    return Hdf5Attribute(state_->file, path, name).number();
  });
}

std::optional<std::uint64_t> Hdf5Reader::whole_number(const std::string& path, const std::string& name) const {
  return guard(path, [&]() -> std::optional<std::uint64_t> {
    check(path);
    if (!state_->has_attribute(path, name)) return std::nullopt;
    return Hdf5Attribute(state_->file, path, name).whole_number();
  });
}

std::optional<std::string> Hdf5Reader::text(const std::string& path, const std::string& name) const {
  return guard(path, [&]() -> std::optional<std::string> {
    check(path);
    if (!state_->has_attribute(path, name)) return std::nullopt;
    return Hdf5Attribute(state_->file, path, name).text();
  });
}

std::optional<std::vector<std::string>> Hdf5Reader::lines(const std::string& path, const std::string& name) const {
  return guard(path, [&]() -> std::optional<std::vector<std::string>> {
    check(path);
    if (!state_->has_attribute(path, name)) return std::nullopt;
    const Hdf5Attribute attribute(state_->file, path, name);
    std::vector<std::string> texts = attribute.texts();
    return texts.size() == 1 ? lines_of(texts.front()) : texts;
  });
}

std::optional<std::vector<double>> Hdf5Reader::list(const std::string& path, const std::string& name) const {
  return guard(path, [&]() -> std::optional<std::vector<double>> {
    check(path);
    if (!state_->has_attribute(path, name)) return std::nullopt;
    const Hdf5Attribute attribute(state_->file, path, name);
    std::vector<double> numbers;
    if (attribute.is_text()) {
      for (const std::string& line : lines_of(attribute.text())) numbers.push_back(number_of(line, name));
    } else {
      numbers = attribute.numbers();
    }
    if (std::ranges::any_of(numbers, [](double x) { return std::isnan(x); })) refuse("attribute '{}' has NaN", name);
    return numbers;
  });
}

}  // namespace fm
