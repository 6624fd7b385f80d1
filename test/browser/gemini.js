import { createServer } from "node:http";

export const key = "AIzaSy-browser-key-0123456789-wxyz";
export const model = "gemini-3.5-flash-lite";

// plate is rice, chicken, and a drink that the table does not know.
export const plate = {
  items: [
    { name: "Rice", food: "20045", grams: 180, low: 140, high: 230, confidence: 86 },
    { name: "Chicken", food: "05064", grams: 150, low: 110, high: 190, confidence: 72 },
    { name: "Broccoli", food: "11090", grams: 90, low: 50, high: 140, confidence: 41 },
    { name: "Mango lassi", food: "", grams: 250, low: 200, high: 300, confidence: 55 },
  ],
};

// startGemini answers as Google's REST interface does. It keeps the photos it
// was sent, and the next answer can be set.
export async function startGemini() {
  const gemini = { photos: [], next: null };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = (status, value) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const fail = (code, status, message, ...details) => answer(code, { error: { code, status, message, details } });
    if (request.headers["x-goog-api-key"] !== key) {
      return fail(400, "INVALID_ARGUMENT", "API key not valid.", { reason: "API_KEY_INVALID" });
    }
    if (request.method === "GET") return answer(200, { name: `models/${model}` });
    gemini.photos.push(Buffer.from(JSON.parse(body).contents[0].parts[0].inlineData.data, "base64"));
    if (gemini.next) {
      const { code, status, details } = gemini.next;
      gemini.next = null;
      return fail(code, status, "as the test wants it", ...details);
    }
    const content = { role: "model", parts: [{ text: JSON.stringify(plate) }] };
    answer(200, { candidates: [{ content, finishReason: "STOP" }] });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  gemini.url = `http://127.0.0.1:${server.address().port}`;
  gemini.stop = () => server.close();
  return gemini;
}
