#include "turnout/gateway/client_ids.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "turnout/base/fast_hash.h"
#include "turnout/gateway/json_text.h"

namespace turnout::gateway {
namespace {

constexpr std::size_t kLongestName = 40;    // of a field that is known here
constexpr std::size_t kLongestJson = 4096;  // of a field that has JSON
constexpr std::string_view kSessionId = "-session-id";

/// A name in small letters; empty if it is longer than any that is known.
class SmallLetters {
 public:
  explicit SmallLetters(std::string_view name) {
    if (name.size() > kLongestName) return;
    std::transform(name.begin(), name.end(), letters_.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    size_ = name.size();
  }
  [[nodiscard]] std::string_view text() const { return {letters_.data(), size_}; }

 private:
  std::array<char, kLongestName> letters_{};
  std::size_t size_ = 0;
};

/// What clients with templates of headers write where there is nothing, or write the template
/// itself.
bool is_nothing(std::string_view id) {
  return id.empty() || id.size() > kLongestId || id == "null" || id == "None" ||
         id == "undefined" || id.find("{{") != std::string_view::npos;
}

bool is_root(std::string_view id) { return id == "00000000-0000-0000-0000-000000000000"; }

/// A client's own id of a thread, which it uses as a key of prompt caches too: others use one key
/// for many conversations.
bool names_a_thread(std::string_view key) {
  constexpr std::size_t kUuid = 36;
  const bool uuid = key.size() == kUuid && std::all_of(key.begin(), key.end(), [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
                    });
  return uuid || key.starts_with("ses_");
}

/// What the head says, as it stands there.
struct Said {
  std::string_view user, task, prompt, message, conversation, thread, session, other_session;
  std::optional<std::string_view> parent;
  std::string_view parent_session, agent, request_class, subagent, helper, initiator, retries;
  std::string_view turn_metadata, idempotency;

  void take(const http::FieldView& field) {
    if (field.name.empty()) return;
    const SmallLetters letters(field.name);
    const auto name = letters.text();
    switch (field.name.front()) {
      case 'x':
      case 'X':
        if (name.size() > 2) take_x(name.substr(2), field.value);
        break;
      case 's':
      case 'S':
        if (name == "session-id" || name == "session_id") session = field.value;
        break;
      case 't':
      case 'T':
        if (name == "thread-id") thread = field.value;
        break;
      case 'c':
      case 'C':
        if (name == "conversation_id") thread = field.value;
        break;
      case 'i':
      case 'I':
        if (name == "idempotency-key") idempotency = field.value;
        break;
      default:
        break;
    }
  }

 private:
  /// @param name  without its "x-"
  void take_x(std::string_view name, std::string_view value) {
    if (name.starts_with("turnout-")) {
      take_turnout(name.substr(8), value);
    } else if (name.starts_with("claude-code-")) {
      take_claude_code(name.substr(12), value);
    } else if (name == "stainless-retry-count") {
      retries = value;
    } else if (name == "initiator") {
      initiator = value;
    } else if (name == "codex-turn-metadata") {
      turn_metadata = value;
    } else if (name == "openai-subagent") {
      subagent = value;
    } else if (name == "opencode-request") {
      prompt = value;
    } else if (name == "openwebui-chat-id") {
      conversation = value;
    } else if (name == "openwebui-user-id") {
      user = value;
    } else if (name == "parent-session-id") {
      parent_session = value;
    } else if (name == "session-id" || name == "session-affinity" || name == "conversation-id" ||
               (name.ends_with(kSessionId) && name.size() > kSessionId.size())) {
      other_session = value;
    }
  }

  void take_turnout(std::string_view name, std::string_view value) {
    if (name == "task") task = value;
    if (name == "user") user = value;
    if (name == "conversation") conversation = value;
    if (name == "message") message = value;
    if (name == "parent") parent = value;
    if (name == "prompt") prompt = value;
    if (name == "helper") helper = value;
  }

  void take_claude_code(std::string_view name, std::string_view value) {
    if (name == "session-id") session = value;
    if (name == "prompt-id") prompt = value;
    if (name == "agent-id" || name == "parent-agent-id") agent = value;
    if (name == "request-class") request_class = value;
  }
};

std::int64_t count_of(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count > 0 ? count : 0;
}

/// Puts what was said into numbers.
class Ids {
 public:
  Ids(const Said& said, const Caller& caller, ChatRequest& chat)
      : said_(said), seed_(caller.seed), chat_(chat), request_(chat.request) {
    const auto metadata =
        said.turn_metadata.empty() ? std::string_view(chat.turn_metadata) : said.turn_metadata;
    if (metadata.size() > kLongestJson) return;
    turn_ = json_text(metadata, "turn_id");
    root_turn_ = json_text(metadata, "root_turn_id");
    request_kind_ = json_text(metadata, "request_kind");
  }

  ClientSays read(const Caller& caller) {
    ClientSays says;
    says.subagent = subagent();
    request_.call = id(said_.idempotency);
    request_.helper = request_.helper || says.subagent || helper();
    request_.person = id(is_nothing(said_.user) ? chat_.user : said_.user);
    if (request_.person == 0 && caller.one_person) request_.person = id("one person");
    request_.task = id(said_.task);
    request_.conversation = conversation();
    request_.prompt = prompt(says.subagent);
    request_.message = id(said_.message);
    request_.parent = parent();
    request_.retries = count_of(said_.retries);
    request_.agent = said_.initiator == "agent";
    request_.batch = caller.batch;
    return says;
  }

 private:
  [[nodiscard]] std::uint64_t id(std::string_view text) const {
    return is_nothing(text) ? 0 : id_number(seed_, text);
  }

  [[nodiscard]] bool subagent() const {
    const auto& name = said_.subagent;
    const bool helps = name == "compact" || name == "memory_consolidation";
    return !is_nothing(said_.agent) || !is_nothing(said_.parent_session) ||
           (!is_nothing(name) && !helps) || said_.request_class == "subagent" ||
           said_.request_class == "workflow";
  }

  [[nodiscard]] bool helper() const {
    return !is_nothing(said_.helper) || !is_nothing(said_.subagent) ||
           said_.request_class == "auxiliary" || said_.request_class == "compaction" ||
           (!request_kind_.empty() && request_kind_ != "turn");
  }

  /// The first that is there. A subagent's is its parent's: its costs go to that pass.
  [[nodiscard]] std::uint64_t conversation() const {
    const std::string_view key =
        names_a_thread(chat_.cache_key) ? std::string_view(chat_.cache_key) : std::string_view();
    const bool codex_subagent = !is_nothing(said_.subagent);
    for (const std::string_view candidate :
         {said_.conversation, said_.parent_session, codex_subagent ? said_.session : said_.thread,
          said_.session, said_.other_session, std::string_view(chat_.session), key}) {
      if (const std::uint64_t number = id(candidate); number != 0) return number;
    }
    return 0;
  }

  [[nodiscard]] std::uint64_t prompt(bool subagent) const {
    if (const std::uint64_t number = id(said_.prompt); number != 0) return number;
    return id(subagent && !root_turn_.empty() ? root_turn_ : turn_);
  }

  /// A conversation's first message answers none: its parent is the conversation.
  [[nodiscard]] std::uint64_t parent() const {
    if (!said_.parent) return id(chat_.previous_response);
    if (!is_root(*said_.parent) && !is_nothing(*said_.parent)) return id(*said_.parent);
    const bool template_itself = said_.parent->find("{{") != std::string_view::npos;
    if (request_.conversation == 0 || template_itself) return 0;
    return base::fast_hash("its first message", request_.conversation);
  }

  const Said& said_;
  std::uint64_t seed_;
  ChatRequest& chat_;
  traffic::Request& request_;
  std::string turn_, root_turn_, request_kind_;
};

}  // namespace

std::uint64_t id_number(std::uint64_t seed, std::string_view id) {
  if (id.empty() || id.size() > kLongestId) return 0;
  const std::uint64_t number = base::fast_hash(id, seed);
  return number == 0 ? 1 : number;
}

ClientSays read_client_ids(const std::vector<http::FieldView>& fields, const Caller& caller,
                           ChatRequest& chat) {
  Said said;
  for (const http::FieldView& field : fields) said.take(field);
  return Ids(said, caller, chat).read(caller);
}

std::string person_name(std::uint64_t person) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string name = "u-aaaaaaaaaaaaa";
  for (std::size_t i = name.size(); i > 2; person >>= 5U) name[--i] = kLetters[person & 31U];
  return name;
}

}  // namespace turnout::gateway
