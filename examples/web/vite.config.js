import { defineConfig } from "vite";

export default defineConfig({
  // The page can be put anywhere.
  base: "./",
  build: { target: "es2022" },
});
