// A file that is too large or of another type is named before it is sent; the server asks again.
const form = document.querySelector("form[data-limit]");
const file = form?.elements.file;
file?.addEventListener("change", () => {
  const [chosen] = file.files;
  const limit = Number(form.dataset.limit);
  const types = file.accept.split(",");
  let problem = "";
  if (chosen && chosen.size > limit) problem = `文件 ${(chosen.size / 1048576).toFixed(1)} MB，超过 ${limit / 1048576} MB，请压缩后再选。`;
  else if (chosen && !types.some((type) => chosen.name.toLowerCase().endsWith(type))) problem = `不接受这种文件，请选 ${types.join("、")}。`;
  file.setCustomValidity(problem);
  file.reportValidity();
});
