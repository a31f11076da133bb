#include "libfm/core/tfevents.hpp"

#include "libfm/core/atomic_file.hpp"
#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"

#include <cstring>
#include <fstream>
#include <map>
#include <vector>

namespace {

/// A protocol buffer's fields by number; numbers of 4 and 8 bytes as their raw bytes, varints as 8 raw bytes.
std::map<int, std::string> fields_of(const std::string& message) {
  std::map<int, std::string> fields;
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(at++));
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const std::uint64_t key = varint();
    std::string value;
    if (key % 8 == 0) {
      const std::uint64_t number = varint();
      value.assign(reinterpret_cast<const char*>(&number), sizeof(number));
    } else {
      const std::size_t size = key % 8 == 1 ? 8 : key % 8 == 5 ? 4 : varint();
      value = message.substr(at, size);
      at += size;
    }
    fields[static_cast<int>(key / 8)] = value;
  }
  return fields;
}

template <class T>
T number(const std::string& bytes) {
  CATCH_REQUIRE(bytes.size() == sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::uint32_t masked(const std::string& bytes) {
  const std::uint32_t crc = fm::crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

std::vector<std::map<int, std::string>> events_of(const std::filesystem::path& file) {
  const std::string bytes = fm::read_file(file, 1 << 20);
  std::vector<std::map<int, std::string>> events;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string length = bytes.substr(at, 8);
    CATCH_REQUIRE(number<std::uint32_t>(bytes.substr(at + 8, 4)) == masked(length));
    const std::string data = bytes.substr(at + 12, number<std::uint64_t>(length));
    CATCH_REQUIRE(number<std::uint32_t>(bytes.substr(at + 12 + data.size(), 4)) == masked(data));
    events.push_back(fields_of(data));
    at += 16 + data.size();
  }
  return events;
}

}  // namespace

CATCH_TEST_CASE("CRC-32C gives the known answers", "[tfevents]") {
  // RFC 3720, B.4, and the check value of the catalogue of CRC algorithms.
  CATCH_CHECK(fm::crc32c("") == 0);
  CATCH_CHECK(fm::crc32c("123456789") == 0xE3069283);
  CATCH_CHECK(fm::crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CATCH_CHECK(fm::crc32c(std::string(32, '\xff')) == 0x62A8AB43);
}

CATCH_TEST_CASE("scalars are stored as Event messages", "[tfevents]") {
  const TemporaryFolder folder;
  const auto file = folder / "events.out.tfevents.0";
  fm::EventWriter(file, 1000.5).scalar(300, 1001.25, "train/loss", 0.125);
  const auto events = events_of(file);
  CATCH_REQUIRE(events.size() == 2);
  CATCH_CHECK(events[0].at(3) == "brain.Event:2");
  CATCH_CHECK(number<double>(events[0].at(1)) == 1000.5);
  CATCH_CHECK(number<double>(events[1].at(1)) == 1001.25);
  CATCH_CHECK(number<std::uint64_t>(events[1].at(2)) == 300);
  const auto value = fields_of(fields_of(events[1].at(5)).at(1));
  CATCH_CHECK(value.at(1) == "train/loss");
  CATCH_CHECK(number<float>(value.at(2)) == 0.125f);
}

CATCH_TEST_CASE("a histogram counts every value once", "[tfevents]") {
  const TemporaryFolder folder;
  const std::vector<double> values = {-1.0, -1.0, 0.0, 2.0};
  fm::EventWriter(folder / "events.out.tfevents.0", 1.0).histogram(7, 2.0, "actions", values);
  const auto value = fields_of(fields_of(events_of(folder / "events.out.tfevents.0")[1].at(5)).at(1));
  const auto histogram = fields_of(value.at(5));
  CATCH_CHECK(value.at(1) == "actions");
  CATCH_CHECK(number<double>(histogram.at(1)) == -1.0);
  CATCH_CHECK(number<double>(histogram.at(2)) == 2.0);
  CATCH_CHECK(number<double>(histogram.at(3)) == 4.0);
  CATCH_CHECK(number<double>(histogram.at(4)) == 0.0);
  CATCH_CHECK(number<double>(histogram.at(5)) == 6.0);
  CATCH_REQUIRE(histogram.at(6).size() == histogram.at(7).size());
  double total = 0.0;
  for (std::size_t i = 0; i < histogram.at(7).size(); i += 8) total += number<double>(histogram.at(7).substr(i, 8));
  CATCH_CHECK(total == 4.0);
  CATCH_CHECK(number<double>(histogram.at(7).substr(0, 8)) == 2.0);
}

CATCH_TEST_CASE("an image is a PNG file with its size", "[tfevents]") {
  const std::string png = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\2\0\0\0\x10", 24);
  const auto image = fm::as_png(png);
  CATCH_REQUIRE(image);
  CATCH_CHECK(image->width == 258);
  CATCH_CHECK(image->height == 16);
  CATCH_CHECK(!fm::as_png("GIF89a"));
  CATCH_CHECK(!fm::as_png(png.substr(0, 20)));
}

CATCH_TEST_CASE("an existing file is truncated", "[tfevents]") {
  const TemporaryFolder folder;
  const auto file = folder / "events.out.tfevents.0";
  fm::EventWriter(file, 1.0).scalar(1, 2.0, "loss", 1.0);
  fm::EventWriter(file, 3.0).scalar(2, 4.0, "loss", 1.0);
  const auto events = events_of(file);
  CATCH_REQUIRE(events.size() == 2);
  CATCH_CHECK(number<std::uint64_t>(events[1].at(2)) == 2);
}
