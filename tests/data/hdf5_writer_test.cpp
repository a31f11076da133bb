#include "libfm/data/hdf5_writer.hpp"

#include "libfm/core/error.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/full_disk.hpp"
#include "tests/core/temporary_folder.hpp"

namespace {

constexpr std::uint64_t rows = 4'000'000;  // 32 MB, more than is built in memory

void add_large(fm::Hdf5Writer& writer) {
  const std::vector<double> values(rows, 0.5);
  writer.array("/large", {rows}, std::span<const double>(values));
  writer.array("/small", {2}, std::span<const double>(values).first(2));
}

}  // namespace

CATCH_TEST_CASE("a file beyond the memory for its making is whole", "[hdf5_writer]") {
  const TemporaryFolder folder;
  fm::Hdf5Writer writer;
  writer.attribute("/", "name", "large");
  add_large(writer);
  writer.save(folder / "large.h5");
  const fm::Hdf5Reader reader(folder / "large.h5");
  CATCH_CHECK(reader.text("/", "name") == "large");
  CATCH_CHECK(reader.numbers("/small") == std::vector{0.5, 0.5});
  const std::vector<double> numbers = reader.numbers("/large");
  CATCH_REQUIRE(numbers.size() == rows);
  CATCH_CHECK(std::ranges::all_of(numbers, [](double x) { return x == 0.5; }));
}

CATCH_TEST_CASE("a large file on a full disk is an error, and the program continues", "[hdf5_writer]") {
  const TemporaryFolder folder;
  for (const int megabytes : {1, 24}) {  // no room for the temporary file, or for its end
    const FullDisk full(static_cast<rlim_t>(megabytes) << 20);
    fm::Hdf5Writer writer;
    CATCH_CHECK(contains(error_of<fm::MachineError>([&] { add_large(writer); }), "a temporary file cannot grow"));
    CATCH_CHECK_THROWS_AS(writer.save(folder / "large.h5"), fm::MachineError);
  }
  CATCH_CHECK(!std::filesystem::exists(folder / "large.h5"));
  fm::Hdf5Writer writer;
  writer.save(folder / "empty.h5");
  CATCH_CHECK(fm::Hdf5Reader(folder / "empty.h5").names("/").empty());
}
