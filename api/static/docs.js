// Starts Swagger UI on this server's own document; nothing is asked of any other host.
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "api/v1/openapi.json",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
});
