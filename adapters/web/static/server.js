// Talks to the server. A refusal becomes an Error whose message is the server's own sentence.

export async function ask(path) {
  return answer(await fetch(`/playground/api/${path}`, { headers: { Accept: "application/json" } }));
}

export async function tell(path, body) {
  return answer(
    await fetch(`/playground/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

async function answer(response) {
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(said.error || "");
  return said;
}
