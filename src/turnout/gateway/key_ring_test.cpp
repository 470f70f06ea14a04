#include "turnout/gateway/key_ring.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

namespace turnout::gateway {
namespace {

using Fields = std::vector<http::FieldView>;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
/// 2026-11-27, 12:00:00 UTC
constexpr std::int64_t kNoon = 1'795'780'800 * kSecond;

KeyEntry entry(const std::string& key) {
  KeyEntry made;
  made.name = "name of " + key;
  made.sha256 = sha256(key);
  return made;
}

KeyEntry limited(const std::string& key, std::uint32_t requests_per_minute) {
  KeyEntry made = entry(key);
  made.requests_per_minute = requests_per_minute;
  return made;
}

KeyEntry budgeted(const std::string& key, double usd_per_day) {
  KeyEntry made = entry(key);
  made.usd_per_day = usd_per_day;
  return made;
}

Fields bearer(std::string_view value) { return {{"Authorization", value}}; }

/// How many of `tries` requests at one time are admitted.
int admitted(KeyRing& ring, const Fields& fields, std::int64_t now_us, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i)
    count += ring.admit(fields, now_us).admission == Admission::kAdmitted ? 1 : 0;
  return count;
}

/// FIPS 180-4's examples (NIST, "Example Values", SHA-256) and the digest of nothing.
TEST(KeyRing, digests_are_sha_256) {
  EXPECT_EQ(hex_of(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(KeyRing, hexadecimal_digests_are_read_in_either_case_and_nothing_else_is) {
  const std::string hex = hex_of(sha256("abc"));
  EXPECT_EQ(digest_of(hex), sha256("abc"));
  EXPECT_EQ(digest_of("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
            sha256("abc"));
  EXPECT_EQ(digest_of(hex.substr(1)), std::nullopt);
  EXPECT_EQ(digest_of(hex + "0"), std::nullopt);
  for (const char* wrong : {"g", "/", ":", "@", "`", " ", "x"})
    EXPECT_EQ(digest_of(wrong + hex.substr(1)), std::nullopt) << wrong;
}

/// The expected text is Python's base64.urlsafe_b64encode(bytes(range(220, 252))), without its "=".
TEST(KeyRing, a_new_key_is_its_random_bytes_in_base64url) {
  std::array<std::uint8_t, 32> random{};
  std::iota(random.begin(), random.end(), std::uint8_t{220});
  EXPECT_EQ(new_key(random), "sk-turnout-3N3e3-Dh4uPk5ebn6Onq6-zt7u_w8fLz9PX29_j5-vs");
}

TEST(KeyRing, the_printed_entry_holds_the_digest_and_not_the_key) {
  EXPECT_EQ(key_entry_text("a \"b\" \\", "abc"),
            "[[key]]\nname = \"a \\\"b\\\" \\\\\"\nsha256 = "
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n");
}

TEST(KeyRing, a_key_is_presented_as_bearer_or_as_x_api_key) {
  EXPECT_EQ(presented_key({{"authorization", "Bearer abc"}}), "abc");
  EXPECT_EQ(presented_key({{"AUTHORIZATION", "bearer   abc"}}), "abc");
  EXPECT_EQ(presented_key({{"Host", "x"}, {"X-Api-Key", "abc"}}), "abc");
  EXPECT_EQ(presented_key({{"x-api-key", "abc"}, {"Authorization", "Bearer d"}}), "d");
}

TEST(KeyRing, nothing_is_presented_where_it_could_be_read_in_two_ways) {
  EXPECT_EQ(presented_key({}), "");
  EXPECT_EQ(presented_key({{"Authorization", "Basic YWJj"}, {"x-api-key", "abc"}}), "");
  EXPECT_EQ(presented_key({{"Authorization", "Bearer"}}), "");
  EXPECT_EQ(presented_key({{"Authorization", "Bearer  "}}), "");
  EXPECT_EQ(presented_key({{"Authorization", "Bearerabc"}}), "");
  EXPECT_EQ(presented_key({{"Authorization", "abc"}}), "");
  EXPECT_EQ(presented_key({{"Authorization", "Bearer a"}, {"authorization", "Bearer a"}}), "");
  EXPECT_EQ(presented_key({{"x-api-key", "a"}, {"X-API-KEY", "a"}}), "");
}

TEST(KeyRing, a_key_is_found_by_its_digest_alone) {
  KeyRing ring({entry("first"), entry("second"), entry("third")});
  EXPECT_EQ(ring.admit(bearer("Bearer first"), kNoon).key, 0U);
  const auto third = ring.admit({{"x-api-key", "third"}}, kNoon);
  EXPECT_EQ(third.admission, Admission::kAdmitted);
  EXPECT_EQ(third.key, 2U);
  EXPECT_EQ(ring.entry(third.key).name, "name of third");
  for (const char* wrong : {"Bearer fourth", "Bearer First", "Bearer firs", "Bearer first ", ""}) {
    const auto answer = ring.admit(bearer(wrong), kNoon);
    EXPECT_EQ(answer.admission, Admission::kUnknownKey) << wrong;
    EXPECT_EQ(answer.key, Admitted::kNoKey) << wrong;
  }
  // What is stored opens nothing.
  EXPECT_EQ(ring.admit({{"x-api-key", hex_of(sha256("first"))}}, kNoon).admission,
            Admission::kUnknownKey);
}

TEST(KeyRing, digests_that_differ_in_one_bit_anywhere_are_different_keys) {
  for (std::size_t bit = 0; bit < 256; ++bit) {
    KeyEntry near = entry("first");
    near.sha256.at(bit / 8) ^= static_cast<std::uint8_t>(1U << (bit % 8));
    KeyRing ring({near});
    ASSERT_EQ(ring.admit(bearer("Bearer first"), kNoon).admission, Admission::kUnknownKey) << bit;
  }
}

TEST(KeyRing, an_empty_ring_admits_everybody) {
  KeyRing ring({});
  const auto answer = ring.admit(bearer("Bearer whatever"), kNoon);
  EXPECT_EQ(answer.admission, Admission::kAdmitted);
  EXPECT_EQ(answer.key, Admitted::kNoKey);
  ring.add_spending(answer.key, 1, kNoon);  // of nobody
}

TEST(KeyRing, a_bucket_holds_ten_seconds_worth_and_fills_at_its_rate) {
  KeyRing ring({limited("key", 600), entry("other")});
  const Fields fields = bearer("Bearer key");
  EXPECT_EQ(admitted(ring, fields, kNoon, 500), 100);
  EXPECT_EQ(admitted(ring, fields, kNoon + kSecond, 500), 10);
  EXPECT_EQ(admitted(ring, fields, kNoon + kSecond + kSecond / 10 - 1, 500), 0);
  EXPECT_EQ(admitted(ring, fields, kNoon + kSecond + kSecond / 10, 500), 1);
  EXPECT_EQ(admitted(ring, fields, kNoon + 3600 * kSecond, 500), 100);
  EXPECT_EQ(admitted(ring, bearer("Bearer other"), kNoon, 500), 500);
}

/// One request each 20 s: ten seconds bring half a request, and a bucket holds at least one.
TEST(KeyRing, a_slow_bucket_holds_one_request) {
  KeyRing ring({limited("key", 3)});
  const Fields fields = bearer("Bearer key");
  EXPECT_EQ(admitted(ring, fields, kNoon, 5), 1);
  EXPECT_EQ(admitted(ring, fields, kNoon + 20 * kSecond - 1, 5), 0);
  EXPECT_EQ(admitted(ring, fields, kNoon + 20 * kSecond, 5), 1);
}

TEST(KeyRing, over_an_hour_no_more_is_admitted_than_the_rate_and_one_bucket) {
  for (const std::uint32_t rate : {1U, 7U, 60U, 999U}) {
    KeyRing ring({limited("key", rate)});
    const Fields fields = bearer("Bearer key");
    int count = 0;
    for (std::int64_t t = 0; t < 3600 * kSecond; t += 27'000)
      count += admitted(ring, fields, kNoon + t, 1);
    const double burst = std::max(1.0, rate / 6.0);
    EXPECT_LE(count, 60.0 * rate + burst) << rate;
    EXPECT_GE(count, 60.0 * rate - 1) << rate;
  }
}

TEST(KeyRing, whoever_waits_as_long_as_told_is_admitted_and_a_second_earlier_is_not) {
  KeyRing ring({limited("key", 3)});
  const Fields fields = bearer("Bearer key");
  EXPECT_EQ(admitted(ring, fields, kNoon, 1), 1);
  const auto answer = ring.admit(fields, kNoon + 1);
  EXPECT_EQ(answer.admission, Admission::kTooManyRequests);
  EXPECT_EQ(answer.key, 0U);
  EXPECT_EQ(answer.retry_after_s, 20);
  EXPECT_EQ(admitted(ring, fields, kNoon + 1 + 19 * kSecond, 1), 0);
  EXPECT_EQ(admitted(ring, fields, kNoon + 1 + 20 * kSecond, 1), 1);
}

TEST(KeyRing, a_clock_that_is_set_back_refuses_for_ten_seconds_at_most) {
  KeyRing ring({limited("key", 60)});
  const Fields fields = bearer("Bearer key");
  EXPECT_EQ(admitted(ring, fields, kNoon, 100), 10);
  const std::int64_t earlier = kNoon - 3600 * kSecond;
  EXPECT_EQ(admitted(ring, fields, earlier, 100), 0);
  EXPECT_EQ(admitted(ring, fields, earlier + 10 * kSecond, 100), 10);
}

TEST(KeyRing, a_spent_budget_refuses_until_midnight_utc) {
  KeyRing ring({budgeted("key", 5), budgeted("other", 5)});
  const Fields fields = bearer("Bearer key");
  ring.add_spending(0, 4.75, kNoon);
  EXPECT_EQ(ring.admit(fields, kNoon).admission, Admission::kAdmitted);
  ring.add_spending(0, 0.25, kNoon);
  EXPECT_EQ(ring.spent_usd(0, kNoon), 5);
  const auto answer = ring.admit(fields, kNoon + 1);
  EXPECT_EQ(answer.admission, Admission::kBudgetSpent);
  EXPECT_EQ(answer.key, 0U);
  EXPECT_EQ(answer.retry_after_s, 12 * 3600);
  EXPECT_EQ(ring.admit(bearer("Bearer other"), kNoon).admission, Admission::kAdmitted);
  const std::int64_t midnight = kNoon + kDay / 2;
  EXPECT_EQ(ring.admit(fields, midnight - 1).retry_after_s, 1);
  EXPECT_EQ(ring.admit(fields, midnight).admission, Admission::kAdmitted);
  EXPECT_EQ(ring.spent_usd(0, midnight), 0);
}

TEST(KeyRing, spending_of_a_call_that_ends_behind_midnight_by_another_threads_clock_is_kept) {
  KeyRing ring({budgeted("key", 5)});
  const std::int64_t midnight = kNoon + kDay / 2;
  ring.add_spending(0, 3, midnight + 1);
  ring.add_spending(0, 2, midnight - 1);
  EXPECT_EQ(ring.spent_usd(0, midnight + 2), 5);
  // A clock that was a year ahead does not hold the key's budget for a year.
  ring.add_spending(0, 5, kNoon + 365 * kDay);
  EXPECT_EQ(ring.admit(bearer("Bearer key"), midnight + 2).admission, Admission::kAdmitted);
}

TEST(KeyRing, a_refused_request_takes_nothing_from_the_bucket) {
  KeyEntry both = limited("key", 3);
  both.usd_per_day = 1;
  KeyRing ring({both});
  ring.add_spending(0, 1, kNoon);
  EXPECT_EQ(ring.admit(bearer("Bearer key"), kNoon + kDay / 2 - 1).admission,
            Admission::kBudgetSpent);
  EXPECT_EQ(ring.admit(bearer("Bearer key"), kNoon + kDay / 2).admission, Admission::kAdmitted);
}

TEST(KeyRing, a_ring_that_is_read_again_gives_nobody_a_new_budget) {
  KeyRing before({limited("rate", 600), budgeted("money", 5)});
  EXPECT_EQ(admitted(before, bearer("Bearer rate"), kNoon, 70), 70);
  before.add_spending(1, 4, kNoon);
  KeyRing after({entry("new"), budgeted("money", 5), limited("rate", 600)});
  after.take_over(before);
  EXPECT_EQ(after.spent_usd(0, kNoon), 0);
  EXPECT_EQ(after.spent_usd(1, kNoon), 4);
  EXPECT_EQ(admitted(after, bearer("Bearer rate"), kNoon, 500), 30);
}

TEST(KeyRing, calls_in_flight_count_when_the_configuration_is_read_again) {
  KeyRing before({budgeted("money", 5), budgeted("other", 5)});
  KeyRing after({budgeted("other", 5), budgeted("money", 5)});
  after.take_over(before);
  before.add_spending(0, 4, kNoon);  // a call that began before
  EXPECT_EQ(after.spent_usd(1, kNoon), 4);
  EXPECT_EQ(after.spent_usd(0, kNoon), 0);
}

TEST(KeyRing, a_key_that_is_taken_out_and_comes_back_goes_on_as_it_left) {
  KeyRing before({budgeted("money", 5)});
  before.add_spending(0, 1, kNoon);
  KeyRing without({});
  without.take_over(before);
  before.add_spending(0, 4, kNoon);  // a call in flight
  KeyRing again({budgeted("money", 5)});
  again.take_over(without);
  EXPECT_EQ(again.spent_usd(0, kNoon), 5);
}

TEST(KeyRing, threads_share_one_bucket_and_one_budget) {
  KeyEntry both = limited("key", 6000);
  both.usd_per_day = 1e6;
  KeyRing ring({both});
  std::atomic<int> count{0};
  const auto use = [&] {
    for (int i = 0; i < 2000; ++i) {
      count += admitted(ring, bearer("Bearer key"), kNoon, 1);
      ring.add_spending(0, 0.25, kNoon);
    }
  };
  std::thread one(use);
  std::thread two(use);
  one.join();
  two.join();
  EXPECT_EQ(count, 1000);
  EXPECT_EQ(ring.spent_usd(0, kNoon), 1000);
}

}  // namespace
}  // namespace turnout::gateway
