#include "turnout/mock/conversation.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace turnout::mock {
namespace {

using Json = nlohmann::ordered_json;

std::size_t below(std::size_t count, base::Rng& rng) {
  return static_cast<std::size_t>(rng.uniform() * static_cast<double>(count));
}

/// One of 27,000 words.
std::string word(base::Rng& rng) {
  constexpr auto kSyllables = std::to_array<const char*>(
      {"ba",  "ce",  "di",  "fo",  "gu",  "ha",  "je",  "ki",  "lo",  "mu",
       "na",  "pe",  "ri",  "so",  "tu",  "va",  "we",  "xi",  "zo",  "bru",
       "cla", "dre", "fli", "gro", "plu", "sta", "tre", "pri", "sno", "kru"});
  std::string all;
  for (int i = 0; i < 3; ++i) all += kSyllables.at(below(kSyllables.size(), rng));
  return all;
}

const char* complaint(base::Rng& rng) {
  constexpr auto kComplaints = std::to_array<const char*>(
      {"That is wrong, please try again.", "This does not work.",
       "No, this is not what I asked for.", "Still the same problem, can you fix it?",
       "The answer is incorrect. Once more, please.", "Are you sure? I get something else."});
  return kComplaints.at(below(kComplaints.size(), rng));
}

Json content_of(Shape shape, const Turn& turn) {
  if (shape == Shape::kChat) return turn.text;
  const char* type = shape == Shape::kMessages ? "text" : turn.user ? "input_text" : "output_text";
  return Json::array({{{"type", type}, {"text", turn.text}}});
}

/// The text at `path` of an object; empty if there is none.
std::string text_at(const nlohmann::json& object, const char* path) {
  const nlohmann::json::json_pointer pointer(path);
  if (!object.contains(pointer) || !object.at(pointer).is_string()) return "";
  return object.at(pointer).get<std::string>();
}

/// Where an answer has what is heard of it.
struct Places {
  const char* model;
  const char* text;
  const char* end;  ///< a text that is there in an answer that is whole
};

Places places_of_whole(Shape shape) {
  if (shape == Shape::kMessages) return {"/model", "/content/0/text", "/stop_reason"};
  if (shape == Shape::kResponses) return {"/model", "/output/0/content/0/text", "/status"};
  return {"/model", "/choices/0/message/content", "/choices/0/finish_reason"};
}

Places places_of_event(Shape shape) {
  if (shape == Shape::kMessages) return {"/message/model", "/delta/text", "/delta/stop_reason"};
  if (shape == Shape::kResponses) return {"/response/model", "/delta", "/response/output/0/id"};
  return {"/model", "/choices/0/delta/content", "/choices/0/finish_reason"};
}

void hear(const nlohmann::json& said, const Places& places, Heard& heard) {
  if (heard.model.empty()) heard.model = text_at(said, places.model);
  heard.text += text_at(said, places.text);
  heard.whole = heard.whole || !text_at(said, places.end).empty();
}

/// Events of a stream, each of one line of data.
Heard heard_stream(Shape shape, std::string_view body) {
  constexpr std::string_view kData = "data: ";
  const Places places = places_of_event(shape);
  Heard all;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (!line.starts_with(kData)) continue;
    const auto event = nlohmann::json::parse(line.substr(kData.size()), nullptr, false);
    if (event.is_object()) hear(event, places, all);
  }
  return all;
}

std::string with_another_word(const std::string& text, base::Rng& rng) {
  return text + " " + word(rng);
}

}  // namespace

std::string request_body(const Writing& writing, const std::string& person,
                         std::span<const Turn> turns) {
  Json list = Json::array();
  for (const Turn& turn : turns) {
    list.push_back(
        {{"role", turn.user ? "user" : "assistant"}, {"content", content_of(writing.shape, turn)}});
  }
  Json body = {{"model", writing.model}};
  body[writing.shape == Shape::kResponses ? "input" : "messages"] = std::move(list);
  if (writing.shape == Shape::kMessages) {
    body["max_tokens"] = 4096;
    body["metadata"] = {{"user_id", person}};
  } else {
    body["safety_identifier"] = person;
  }
  if (writing.stream) body["stream"] = true;
  return body.dump();
}

Heard heard(const Writing& writing, std::string_view body) {
  if (writing.stream) return heard_stream(writing.shape, body);
  Heard all;
  const auto said = nlohmann::json::parse(body, nullptr, false);
  if (said.is_object()) hear(said, places_of_whole(writing.shape), all);
  return all;
}

std::string_view name_of(Way way) {
  constexpr std::array<std::string_view, kWays> kNames = {"complain", "edit", "regenerate", "anew"};
  return kNames.at(static_cast<std::size_t>(way));
}

std::string first_prompt(const std::string& name, base::Rng& rng) {
  constexpr int kWords = 14;
  std::string text = "task " + name + ":";
  for (int i = 0; i < kWords; ++i) text.append(" ").append(word(rng));
  return text;
}

std::vector<Turn> went_on(std::vector<Turn> turns, const std::string& answer,
                          const std::string& prompt, base::Rng& rng) {
  turns.push_back({false, answer});
  turns.push_back({true, (rng.uniform() < 0.5 ? "Thanks, that works.\n" : "") + prompt});
  return turns;
}

std::vector<Turn> asked_again(Exchanged so_far, Way way, base::Rng& rng) {
  auto turns = std::move(so_far.turns);
  switch (way) {
    case Way::kComplain:
      turns.push_back({false, std::move(so_far.answer)});
      turns.push_back({true, complaint(rng)});
      break;
    case Way::kEdit:
      turns.back().text = with_another_word(turns.back().text, rng);
      break;
    case Way::kAnew:
      turns = {{true, with_another_word(so_far.prompt, rng)}};
      break;
    case Way::kRegenerate:
      break;
  }
  return turns;
}

}  // namespace turnout::mock
