#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/data/altered_file.hpp"

#include <cmath>
#include <fstream>
#include <limits>

namespace {

using Alter = std::function<void(AlteredFile&)>;

constexpr const char* observations = "/episodes/1/observations";  // (6, 3)
const std::vector<float> eighteen(18, 1.0f);
const std::vector<float> nothing;

/// The error message for an altered file, which must name the file and `object`.
std::string refusal(const std::string& object, const Alter& alter) {
  const AlteredFile file(alter);
  const std::string message = error_of<fm::InputError>([&] { fm::read_dataset(file.path()); });
  const std::string place = file.path().string() + ": " + object + ": ";
  CATCH_CHECK(message.substr(0, place.size()) == place);
  return message;
}

/// The error message for an array that replaces episode 1's observations.
std::string refusal_of_array(
    hid_t type, const std::vector<hsize_t>& shape, const std::vector<float>& values,
    const std::function<void(hid_t)>& set = [](hid_t) {}) {
  return refusal(observations, [&](AlteredFile& file) { file.replace(observations, type, shape, values, set); });
}

}  // namespace

CATCH_TEST_CASE("a file that was not altered is read", "[refused_file]") {
  const AlteredFile file([](AlteredFile&) {});
  CATCH_CHECK(same(fm::read_dataset(file.path()), sample_dataset(2)));
  // The same array stored normally is accepted, so that the refusals below have the stated reasons.
  const AlteredFile other([](AlteredFile& f) { f.replace(observations, H5T_IEEE_F64BE, {6, 3}, nothing); });
  CATCH_CHECK(fm::read_dataset(other.path()).episodes[1]->observations == fm::Matrix::Zero(6, 3));
}

CATCH_TEST_CASE("files other than HDF5 are refused", "[refused_file]") {
  const TemporaryFolder folder;
  const auto message = [](const std::filesystem::path& file) {
    return error_of<fm::InputError>([&] { fm::read_dataset(file); });
  };
  CATCH_CHECK(contains(message(folder / "none.h5"), "none.h5: there is no such file"));
  CATCH_CHECK(contains(message(folder.path()), "there is no such file"));
  std::ofstream(folder / "text.h5") << "not HDF5";
  CATCH_CHECK(contains(message(folder / "text.h5"), "text.h5: is not a valid HDF5 file"));
}

CATCH_TEST_CASE("external links are refused, soft links only where they lead nowhere", "[refused_file]") {
  const AlteredFile elsewhere([](AlteredFile&) {});
  CATCH_CHECK(contains(refusal(observations,
                               [&](AlteredFile& file) {
                                 file.remove(observations);
                                 H5Lcreate_external(elsewhere.path().c_str(), observations, file.file(), observations,
                                                    H5P_DEFAULT, H5P_DEFAULT);
                               }),
                       "an external link"));
  CATCH_CHECK(contains(refusal("/episodes",
                               [&](AlteredFile& file) {
                                 file.remove("/episodes");
                                 H5Lcreate_external(elsewhere.path().c_str(), "/episodes", file.file(), "/episodes",
                                                    H5P_DEFAULT, H5P_DEFAULT);
                               }),
                       "an external link"));
  const auto linked = [&](const char* link, const char* target) {
    return refusal(link, [&](AlteredFile& file) {
      if (std::string(link) == observations) file.remove(observations);
      H5Lcreate_soft(target, file.file(), link, H5P_DEFAULT, H5P_DEFAULT);
    });
  };
  CATCH_CHECK(contains(linked("/episodes/2", "/episodes/1"), "has the same index 1 as /episodes/1"));
  CATCH_CHECK(contains(linked(observations, "/nowhere"), "is missing"));
  CATCH_CHECK(contains(linked(observations, observations), "more than 8 soft links"));
}

CATCH_TEST_CASE("arrays with external storage are refused", "[refused_file]") {
  CATCH_CHECK(contains(
      refusal_of_array(H5T_IEEE_F32LE, {6, 3}, nothing, [](hid_t c) { H5Pset_external(c, "/etc/passwd", 0, 72); }),
      "in another file"));
  CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {6, 3}, nothing,
                                        [](hid_t c) {
                                          const hsize_t shape[] = {6, 3};
                                          const hid_t space = H5Screate_simple(2, shape, nullptr);
                                          H5Pset_virtual(c, space, "other.h5", "/x", space);
                                          H5Sclose(space);
                                        }),
                       "virtual dataset"));
}

CATCH_TEST_CASE("arrays of the wrong kind are refused", "[refused_file]") {
  CATCH_CHECK(
      contains(refusal_of_array(H5T_C_S1, {6, 3}, nothing), "contains neither floating-point numbers nor integers"));
  CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {18}, eighteen), "has rank 1, expected 2"));
  CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {6, 3, 1}, eighteen), "has rank 3, expected 2"));
  CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {9, 2}, eighteen), "has 9 rows, expected 6: one more than"));
  CATCH_CHECK(
      contains(refusal_of_array(H5T_IEEE_F32LE, {6, 2}, nothing), "has 2 columns, but the first episode's has 3"));
  CATCH_CHECK(
      contains(refusal_of_array(H5T_IEEE_F32LE, {6, 0}, nothing), "has 0 columns, but the first episode's has 3"));
  CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {6, 3}, eighteen,
                                        [](hid_t c) {
                                          const hsize_t chunk[] = {6, 3};
                                          H5Pset_chunk(c, 2, chunk);
                                          H5Pset_filter(c, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
                                        }),
                       "filter 32000"));
  CATCH_CHECK(contains(refusal(observations,
                               [](AlteredFile& file) {
                                 file.remove(observations);
                                 H5Gclose(H5Gcreate2(file.file(), observations, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
                               }),
                       "cannot be read"));
}

CATCH_TEST_CASE("numbers that are not finite are refused with their row", "[refused_file]") {
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
    std::vector<float> values = eighteen;
    values[13] = wrong;
    CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {6, 3}, values), "row 4, column 1 holds"));
  }
  CATCH_CHECK(contains(refusal(observations,
                               [](AlteredFile& file) {
                                 file.replace(observations, H5T_NATIVE_INT64, {6, 3},
                                              std::vector<std::int64_t>(18, (std::int64_t{1} << 53) + 1));
                               }),
                       "row 0, column 0 holds 9007199254740993; integers must be within +-2^53"));
}

CATCH_TEST_CASE("arrays that declare far more than they store are refused", "[refused_file]") {
  const auto chunks = [](hid_t c) {
    const hsize_t chunk[] = {1000, 3};
    H5Pset_chunk(c, 2, chunk);
  };
  CATCH_CHECK(
      contains(refusal_of_array(H5T_IEEE_F32LE, {hsize_t{1} << 31, 3}, nothing, chunks), "declares 25769803776"));
  CATCH_CHECK(contains(refusal_of_array(H5T_IEEE_F32LE, {hsize_t{1} << 50, 3}, nothing, chunks), "in one dimension"));
  // Neither is above the limit by itself: the second is refused for their sum.
  CATCH_CHECK(contains(refusal("/episodes/1/rewards",
                               [&](AlteredFile& file) {
                                 file.replace("/episodes/1/rewards", H5T_IEEE_F64LE, {hsize_t{1} << 29}, nothing);
                                 file.replace("/episodes/0/rewards", H5T_IEEE_F64LE, {4}, std::vector<double>(4, 1.0));
                               }),
                       "stores only 0"));
}

CATCH_TEST_CASE("missing and mismatched objects are refused by name", "[refused_file]") {
  for (const char* object : {"/episodes", "/episodes/1/observations", "/episodes/1/actions"}) {
    CATCH_CHECK(contains(refusal(object, [&](AlteredFile& file) { file.remove(object); }), "is missing"));
  }
  const std::vector<double> four(4, 1.0);
  const auto replaced = [](const char* object, std::vector<hsize_t> shape) {
    return refusal(object, [&](AlteredFile& file) { file.replace(object, H5T_IEEE_F64LE, shape, nothing); });
  };
  CATCH_CHECK(contains(replaced("/episodes/1/rewards", {4}), "has 4 rows, expected 5"));
  CATCH_CHECK(contains(replaced("/episodes/1/states", {5, 2}), "has 5 rows, expected 6"));
  CATCH_CHECK(contains(replaced("/episodes/1/goals", {5, 2}), "has 5 rows, expected 6"));
  CATCH_CHECK(contains(replaced("/episodes/1/goals", {6, 2}), "has 2 columns, but the first episode's has 0"));
  CATCH_CHECK(contains(replaced("/episodes/1/executed_actions", {6, 1}), "has 6 rows, expected 5"));
  CATCH_CHECK(contains(replaced("/episodes/1/executed_actions", {5, 2}), "has 2 columns, expected 1"));
  CATCH_CHECK(contains(replaced("/episodes/1/actions", {0, 1}), "is empty"));
  CATCH_CHECK(contains(
      refusal("/episodes/1/truncated",
              [](AlteredFile& file) {
                file.replace("/episodes/1/truncated", H5T_NATIVE_UINT8, {5}, std::vector<std::uint8_t>{0, 0, 0, 2, 0});
              }),
      "row 3 is neither 0 nor 1"));
}

CATCH_TEST_CASE("episodes with invalid names and files of other versions are refused", "[refused_file]") {
  const auto group = [](const char* path) {
    return
        [path](AlteredFile& file) { H5Gclose(H5Gcreate2(file.file(), path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); };
  };
  CATCH_CHECK(contains(refusal("/episodes/first", group("/episodes/first")), "names are 0, 1, 2"));
  const AlteredFile twice(group("/episodes/01"));
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::read_dataset(twice.path()); }), "is a duplicate of episode"));
  const auto attribute = [](const char* name, hid_t type, const auto value) {
    return refusal("/", [=](AlteredFile& file) { file.replace_attribute("/", name, type, &value); });
  };
  CATCH_CHECK(
      contains(attribute("format_version", H5T_NATIVE_INT, 2), "format version 2; this program reads version 1"));
  CATCH_CHECK(contains(attribute("seed", H5T_NATIVE_INT, -1), "'seed' is not a whole number"));
  CATCH_CHECK(contains(attribute("seed", H5T_NATIVE_DOUBLE, 1.0), "'seed' is not a whole number"));
  CATCH_CHECK(contains(attribute("noise", H5T_NATIVE_DOUBLE, std::nan("")), "'noise' is not finite"));
  CATCH_CHECK(contains(attribute("env", H5T_NATIVE_INT, 1), "'env' is not text"));
}
