#!/usr/bin/env python3
"""A log of chats and agents whose tasks are known: JSON Lines for tests/e2e/maps/labelled.toml, with true_task.
usage: labelled_log.py [--users N] [--seed N] [--kind chats|agents|all]

Users ask about tasks, one after the other or in long conversations; a model solves an attempt with probability 0.45,
and a user whose attempt failed re-prompts with probability 0.8. Re-prompts come as people write them: the same again,
the last turn edited, other words, a complaint, a wish, an error pasted, or a new conversation. What is no re-prompt
comes as well: the next task in the same conversation (with thanks or without, sometimes from the same template), tool
calls of agents, retries of clients after a 429 and of requests that hang. The sentences were written for this file, not
taken from the matcher's lists of words; about a third of the complaints has no word of them."""
import argparse
import json
import random

TOPICS = {
    "en": [
        "Write a Python function that {} and returns the result as a list of tuples, with type hints and a short "
        "docstring",
        "Explain to a ten year old how {} works, in about two hundred words and with one example from everyday life",
        "My landlord wants to raise the rent because of {}. Draft a polite letter that asks for the legal basis",
        "Which three books would you recommend to somebody who wants to learn about {} and has little time?",
        "Translate the following sentence into Italian: the meeting about {} was moved to Thursday because of the "
        "storm",
        "Give me a recipe for four people with {}, no dairy, ready in forty minutes",
        "Summarise the main arguments for and against {} in a table with two columns",
        "How do I configure nginx so that {} behind a load balancer with two upstream servers?",
    ],
    "de": [
        "Schreibe mir eine höfliche Absage an einen Bewerber, der sich auf die Stelle für {} beworben hat",
        "Erkläre mir bitte in einfachen Worten, wie {} funktioniert und worauf man im Alltag achten sollte",
        "Welche Unterlagen brauche ich in Deutschland, um {} anzumelden, und wie lange dauert das ungefähr?",
        "Nenne mir drei gute Gründe für {} und drei dagegen, jeweils in einem Satz",
        "Ich halte nächste Woche einen Vortrag über {}. Schlage mir eine Gliederung mit fünf Punkten vor",
        "Wie hat sich {} in den letzten zwanzig Jahren verändert? Fasse die Entwicklung knapp zusammen",
    ],
    "fr": [
        "Rédige un courriel à mon professeur pour demander un délai à cause de {}, en restant poli et bref",
        "Quelles sont les causes principales de {} et quelles solutions propose-t-on aujourd'hui ?",
        "Explique à un enfant ce que signifie {} avec une comparaison tirée de la cuisine",
        "Fais-moi un tableau des avantages et des inconvénients de {} pour une petite entreprise",
        "Propose un plan de dissertation en trois parties sur {} avec une courte introduction",
    ],
    "es": [
        "Escribe una consulta SQL que muestre los clientes con más pedidos de {} en los últimos tres meses",
        "Explícame paso a paso cómo se calcula {} y dame un ejemplo con números sencillos",
        "Redacta un anuncio breve para vender {} en una página de segunda mano",
        "¿Qué debo saber antes de contratar un seguro para {}? Haz una lista de preguntas",
        "Resume en cinco frases la historia de {} en América Latina",
    ],
    "zh": ["请写一篇关于{}的短文，大约三百字，适合中学生阅读", "怎么用Python处理{}的数据并画出折线图？请给出完整代码",
           "把下面这句话翻译成英文：我们下周开会讨论{}的问题", "列出学习{}的五个步骤，并推荐两本入门书",
           "为什么最近大家都在谈论{}？请用简单的话说明原因"],
}
SLOTS = {
    "en": ["groups dates by calendar week", "renal failure", "nuclear fusion", "lentils and spinach", "remote work",
           "compound interest",
           "websockets survive a restart", "the water cycle", "a broken boiler", "reads nested JSON files",
           "medieval guilds",
           "merges overlapping intervals", "photosynthesis", "quantum tunnelling", "pumpkin and rice",
           "school uniforms",
           "parses log lines with regular expressions", "the gold standard", "noise from a building site",
           "static files are cached"],
    "de": ["die Buchhaltung", "eine Wärmepumpe", "ein Gewerbe", "den Einkauf", "ein Lastenrad", "die Grundsteuer"],
    "fr": ["la grippe", "la sécheresse", "un déménagement", "l'inflation", "une panne de voiture"],
    "es": ["zapatos", "la hipoteca", "el impuesto", "muebles", "la desviación típica"],
    "zh": ["气候变化", "城市交通", "传统节日", "股票价格", "空气质量"],
}
COMPLAINTS = {
    "en": ["That's not what I asked for.", "This gives me the wrong result for the second case",
           "No, it should be the other way round",
           "it is much higher though", "You left out the last part", "The output is still empty",
           "But there is only one input file",
           "Hmm, I count only five of them", "doesn't work on my machine", "you keep ignoring the deadline",
           "That can't be right??",
           "P A S T spells past, not what you say", "are you sure about the second step?",
           "I already told you that I have no oven",
           "Where does the number in line three come from?", "try again, and read the question this time",
           "it has to be exactly four",
           "Almost. The younger one has no experience with it", "That is too vague to be of use",
           "nothing happens when I run it"],
    "de": ["Das stimmt so nicht.", "Das habe ich nicht gefragt", "Da fehlt der letzte Teil", "Nein, andersherum",
           "Es kommt immer noch nichts",
           "Bei mir sind es nur drei"],
    "fr": ["Ce n'est pas ce que j'ai demandé", "Non, c'est l'inverse", "Il manque la fin", "Toujours la même erreur"],
    "es": ["Eso no es lo que pedí", "No, es al revés", "Falta la última parte", "Sigue sin funcionar"],
    "zh": ["不对，请再看一下问题", "还是不行", "少了最后一部分", "这不是我要的"],
}
WISHES = {
    "en": ["shorter please", "Can you make it more formal?", "in more detail", "without the introduction",
           "Simplify that", "continue",
           "use plain words", "as a bullet list instead"],
    "de": ["kürzer bitte", "bitte ausführlicher", "ohne Fremdwörter"],
    "fr": ["plus court s'il te plaît", "sans la formule finale"],
    "es": ["más corto por favor", "con más detalles"], "zh": ["短一点", "请详细一点"],
}
ERRORS = ["I get TypeError: 'NoneType' object is not iterable",
          "Traceback (most recent call last): File \"x.py\", line 4, in <module>",
          "nginx: [emerg] unknown directive \"upstreams\" in /etc/nginx/nginx.conf:12"]
THANKS = {"en": ["Thanks! ", "Great, thank you. ", "Perfect. Now: ", "ok. ", "Now something else. "],
          "de": ["Danke! ", "Super. ", "Jetzt etwas anderes: "],
          "fr": ["Merci ! ", "Parfait. "], "es": ["¡Gracias! ", "Perfecto. "], "zh": ["谢谢。", "很好。"]}
LANGUAGES = ["en"] * 6 + ["de", "fr", "es", "zh"]
SOLVES, COMES_BACK = 0.45, 0.8


class Log:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = []
        self.tasks = 0
        self.attempts = 0

    def prompt(self, language, topic=None):
        r = self.random
        return r.choice(TOPICS[language] if topic is None else [topic]).format(r.choice(SLOTS[language]))

    def reworded(self, text):
        """The same wish with a quarter to half of its words dropped or replaced."""
        words = list(text) if " " not in text else text.split()
        share = self.random.uniform(0.15, 0.45)
        kept = [w for w in words if self.random.random() > share]
        extra = self.random.choice(["please", "again", "really", "I mean", "exactly", "simply", "in short", ""])
        return (" " if " " in text else "").join(kept + [extra]).strip() or text

    def row(self, user, conversation, task, messages, start, latency, status="success", **more):
        self.rows.append({"id": f"q{len(self.rows)}", "user": user, "conversation": conversation, "true_task": task,
                          "model": "mini",
                          "start": round(start, 3), "latency_ms": round(latency * 1000), "cost": 0.01, "status": status,
                          "messages": json.loads(json.dumps(messages)), **more})

    def served(self, user, conversation, task, messages, now, agent):
        """One attempt: the request, an agent's tool calls, now and then an error and its retry. Returns its end."""
        r = self.random
        self.attempts += 1
        if r.random() < 0.04:  # a 429, and the client's retry
            self.row(user, conversation, task, messages, now, 0.2, status="failure")
            now += 0.7
        if r.random() < 0.02:  # it hangs; the client sends it again
            self.row(user, conversation, task, messages, now, 30)
            now += 10
        latency = r.uniform(1, 6)
        self.row(user, conversation, task, messages, now, latency)
        now += latency
        for call in range(r.randint(2, 8) if agent else 0):
            messages += [{"role": "assistant", "content": None,
                          "tool_calls": [{"id": f"c{call}", "function": {"name": "grep"}}]},
                         {"role": "tool", "tool_call_id": f"c{call}", "content": f"result {r.random()}"}]
            now += r.uniform(0.1, 20)
            latency = r.uniform(1, 6)
            self.row(user, conversation, task, messages, now, latency)
            now += latency
        return now

    def task(self, user, language, state, agent, first_words):
        """One task until it is solved or the user leaves."""
        r = self.random
        self.tasks += 1
        task = f"t{self.tasks}"
        topics = [topic for topic in TOPICS[language] if topic not in state["topics"][-4:]]
        topic = r.choice(topics)
        if state["topics"] and r.random() < 0.05:
            topic = state["topics"][-1]  # the next task from the same template
        state["topics"].append(topic)
        text = self.prompt(language, topic)
        first = text
        messages = state["messages"]
        messages.append({"role": "user", "content": first_words + text})
        while True:
            state["now"] = self.served(user, state["conversation"], task, messages, state["now"], agent)
            solved = r.random() < SOLVES
            state["now"] += 8 + r.expovariate(1 / 60)
            if solved or r.random() > COMES_BACK:
                messages.append({"role": "assistant", "content": f"An answer, number {r.random()}."})
                return
            way = r.random()
            if way < 0.12:  # regenerate: back to the turn
                while messages[-1]["role"] != "user":
                    messages.pop()
                continue
            if way < 0.22:  # edit the last turn
                while messages[-1]["role"] != "user":
                    messages.pop()
                messages[-1] = {"role": "user", "content": self.reworded(first)}
                continue
            if way < 0.34:  # a new conversation
                state["conversation"] = f"c{r.random()}"
                messages.clear()
                messages.append({"role": "user", "content": self.reworded(first)})
                continue
            messages.append({"role": "assistant", "content": f"An answer, number {r.random()}."})
            if way < 0.5:
                text = self.reworded(first)
            elif way < 0.8:
                text = r.choice(COMPLAINTS[language])
            elif way < 0.92:
                text = r.choice(WISHES[language])
            else:
                text = r.choice(ERRORS)
            messages.append({"role": "user", "content": text})

    def person(self, number, agent):
        r = self.random
        user = f"u{number}"
        language = r.choice(LANGUAGES)
        state = {"now": 1_790_000_000 + r.uniform(0, 86400), "conversation": f"c{r.random()}", "messages": [],
                 "topics": []}
        for turn in range(r.randint(2, 12)):
            words = ""
            if turn > 0 and r.random() < 0.3:  # a new conversation for the next task
                state.update(conversation=f"c{r.random()}", messages=[])
            elif turn > 0 and r.random() < 0.5:
                words = r.choice(THANKS[language])
            self.task(user, language, state, agent, words)
            state["now"] += r.expovariate(1 / 240)


def labelled(users, seed, kind):
    log = Log(seed)
    for number in range(users):
        log.person(number, kind == "agents" or (kind == "all" and number % 4 == 0))
    log.rows.sort(key=lambda row: row["start"])
    return log


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=800)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=["chats", "agents", "all"], default="all")
    given = parser.parse_args()
    for row in labelled(given.users, given.seed, given.kind).rows:
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
